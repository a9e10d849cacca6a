/** How a command reads what answers at the socket: a daemon of this version, of another, or anybody. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {parseAnswer} from '../../src/control/answer.js';
import type {Answer} from '../../src/control/protocol.js';
import type {HearingView, SourceView} from '../../src/hearing/view.js';
import {blocksByRule, type Status} from '../../src/report/status.js';
import type {WhyView} from '../../src/report/why-lines.js';
import {because, mailer} from '../judge/samples.js';
import {quietCrowd} from '../report/status-samples.js';

const source: SourceView = {
  ...{source: '/var/log/mail.log', verdict: 'deaf', why: 'x', notes: ['y'], sinceMs: 1},
  ...{lines: 9, mailerLines: 3, understood: 2, signs: 1},
  ignored: {noFrame: 1, otherProgram: 2, otherHost: 3, otherWriter: 4, piece: 5, noClient: 6},
  programs: [{name: 'sm-mta', lines: 3, own: 2}],
  hosts: [],
  ...{lastLineMs: 4, lastSignMs: undefined, newestStampMs: 5, behindBytes: 6, offsetSeconds: 7},
};
const deaf: HearingView = {
  ...{verdict: 'deaf', why: ['x'], names: ['sendmail'], host: 'mail1'},
  sources: [source],
};
const family = {family: 4, wanted: 2, standing: 1, readMs: 5, repairs: 0, failure: 'no'} as const;
const status: Status = {
  sinceMs: 1,
  backend: 'nftables',
  families: [family, {...family, family: 6, readMs: undefined, failure: undefined}],
  egress: {mode: 'hold', families: [family]},
  blocks: 3,
  blocksByRule: {...blocksByRule([]), row: 3},
  crowd: {
    ...quietCrowd,
    wave: {kind: 'on', sinceMs: 1},
    listLoss: {kind: 'on', sinceMs: 1, names: 8, networks: 3},
    learning: {kind: 'on', untilMs: 9},
  },
  trial: {kind: 'running', untilMs: 9},
  unsaved: 'disk full',
  outcomes: {block: 2},
  hearing: deaf,
  settings: {mailer_syslog_name: '"auto"'},
};
const quiet: Status = {
  ...status,
  sinceMs: undefined,
  crowd: quietCrowd,
  trial: {kind: 'none'},
  unsaved: undefined,
  outcomes: {},
};
const block = {
  network: '192.0.2.7',
  fromMs: 1,
  untilMs: 2,
  reason: 'x',
  origin: 'operator',
} as const;
const sender = {
  hour: 1,
  standing: 'perhaps',
  user: 'www-data',
  directory: '/srv',
  program: '/usr/bin/perl',
  script: '',
  home: {kind: 'unit', name: 'x.service'},
  connections: 2,
  destinations: ['192.0.2.1'],
  pid: 7,
  lastMs: 3,
} as const;

const why: WhyView = {
  network: '192.0.2.7',
  exemption: null,
  block: {...block, network: '192.0.2.0/24', except: ['192.0.2.7'], because},
  passes: '192.0.2.7',
  blocksInside: 0,
  known: {...mailer, secondChanceMs: 9},
  crowd: {...quietCrowd, wave: {kind: 'on'}},
  beside: {
    drops: [{chain: 'f2b', rule: '-s 192.0.2.7/32 -j DROP', drops: 'yes', whose: 'others'}],
    ...{more: 2, unread: ['ip6tables-save: refused']},
  },
  whitelist: '/etc/wl',
  history: [{atMs: 1, network: '192.0.2.7', event: 'unblocked', reason: 'operator'}],
};

const answers: readonly Answer[] = [
  {kind: 'blocks', blocks: [block, {...block, origin: 'evidence', madeMs: 1, because}]},
  {kind: 'blocks', blocks: []},
  {kind: 'why', why},
  {
    kind: 'why',
    why: {
      ...{network: '192.0.2.0/24', exemption: 'the mailer itself', block: null, passes: null},
      ...{known: null, crowd: quietCrowd, blocksInside: 7, whitelist: '/etc/wl', history: []},
    },
  },
  {kind: 'status', status},
  {kind: 'status', status: quiet},
  ...(['failed', 'overdue'] as const).map((kind): Answer => ({
    kind: 'status',
    status: {...quiet, trial: {kind}},
  })),
  {kind: 'senders', senders: [sender, {...sender, home: {kind: 'none'}, standing: 'allowed'}]},
  ...(['done', 'notBlocked', 'notStopped', 'refused'] as const).map((kind): Answer => ({
    kind,
    message: kind,
  })),
];
const sent = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer));

test.each(answers)('%j is read as it was sent', (answer) => {
  expect(parseAnswer(sent(answer))).toEqual(answer);
});

test('additions of a later version stay, in their order', () => {
  const value = {more: 1, kind: 'blocks', blocks: [{madeBy: 'x', ...block}]};
  expect(JSON.stringify(parseAnswer(value))).toBe(JSON.stringify(value));
});

/** The path of each value within a value. */
function pathsOf(value: unknown): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const deeper = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each).map((path) => [key, ...path]),
  );
  return [[], ...deeper];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> = {...(value as Record<string, unknown>)};
  copy[key] = replaced(copy[key], rest, by);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

describe('an answer that is not of this version', () => {
  test.each([
    undefined,
    null,
    'done',
    7,
    [],
    {},
    {kind: 'x'},
    {kind: 'constructor'},
    {kind: 'done'},
  ])('%j', (value) => expect(parseAnswer(value)).toBeUndefined());

  test('whichever value of it is something that no such value can be', () => {
    let tried = 0;
    for (const answer of answers.map(sent)) {
      for (const path of pathsOf(answer)) {
        expect([path, parseAnswer(replaced(answer, path, true))]).toEqual([path, undefined]);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });

  test.each([
    ['backend', 'pf'],
    ['egress', {mode: 'x', families: []}],
    ['families', [{...family, family: 5}]],
    ['crowd', {...quietCrowd, listLoss: {kind: 'on'}}],
    ['blocksByRule', {row: 1}],
    ['trial', {kind: 'running'}],
  ])('a status with another %s', (name, value) => {
    expect(parseAnswer({kind: 'status', status: {...status, [name]: value}})).toBeUndefined();
  });

  test('property: never throws, and what it takes is a kind of answer', () => {
    const kinds = new Set(answers.map(({kind}) => kind));
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...kinds), (value, kind) => {
        for (const each of [value, {...(Object(value) as object), kind}]) {
          const answer = parseAnswer(each);
          if (answer !== undefined) expect(kinds).toContain(answer.kind);
        }
      }),
    );
  });
});
