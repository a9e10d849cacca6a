/** What is made of signs of blocked clients: a disproof that the firewall confirms, or nothing. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Block} from '../../../src/blocks/block.js';
import {effectMargins} from '../../../src/blocks/effect.js';
import type {Enforced} from '../../../src/firewall/enforced.js';
import type {LogRecord} from '../../../src/log/record.js';
import type {Evidence} from '../../../src/mail/evidence.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import type {Family} from '../../../src/net/address.js';
import {parseAddress} from '../../../src/net/address.js';
import {EffectWatch} from '../../../src/sessions/live/effect-watch.js';
import type {SessionProcess} from '../../../src/sys/proc/session-process.js';
import {until} from '../../support/temp.js';

const client = '203.0.113.7';
let said: string[] = [];
let blocks = new Map<string, Block>();
let family: Enforced;
let onCheck: () => void = () => undefined;
let checks = 0;
let process: SessionProcess | undefined;
let connected: number | undefined;
let exempt = '';
let watch: EffectWatch;
let now = 0;

beforeEach(() => {
  [said, checks, process, connected, exempt] = [[], 0, undefined, undefined, ''];
  onCheck = () => undefined;
  now = Date.now();
  blocks = new Map([[client, blockOf(client)]]);
  family = {wanted: 1, standing: 1, readMs: now, repairs: 0, failure: undefined};
  watch = make('both');
});

const blockOf = (network: string, more: Partial<Block> = {}): Block => ({
  ...{network, fromMs: now, madeMs: now, untilMs: now + 3_600_000},
  ...{reason: 'x', origin: 'evidence', ...more},
});

function make(cutSessions: 'both' | 'none'): EffectWatch {
  const {processes} = sendmail;
  const made = new EffectWatch({
    margins: effectMargins(cutSessions),
    blockOf: (network) => blocks.get(network),
    isExempt: ({text}) => text === exempt,
    enforced: () => new Map<Family, Enforced>([[4, family]]),
    check: () => {
      checks += 1;
      onCheck();
      return Promise.resolve();
    },
    connectedMs: () => connected,
    envelopeBegan: (record, id) =>
      processes.kind === 'onePerClient' ? processes.envelopeBegan(record, id) : undefined,
    processOf: () => process,
    ...{ownHost: 'mail', ports: [25]},
    now: () => now,
    say: (level, message) => void said.push(`${level} ${message}`),
  });
  made.look();
  return made;
}

const recordOf = (pid: number, afterMs: number): LogRecord => ({
  ...{atMs: now + afterMs, host: 'mail', program: 'sm-mta', pid, message: ''},
  ...{times: 1, writer: undefined},
});
const evidenceOf = (atMs: number, more: Partial<Evidence> = {}): Evidence => ({
  ...{kind: 'unknownRecipient', client: parseAddress(client)!, subject: 'anna', atMs, proof: 'log'},
  ...more,
});
function hear(pid: number, afterMs: number, more: Partial<Evidence> = {}): void {
  watch.hear(recordOf(pid, afterMs), evidenceOf(now + afterMs, more));
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

test('a session from behind the block is counted once the firewall confirms that the rule stands', async () => {
  hear(100, 5000);
  await until('the disproof', () => watch.view.kind === 'lately');
  expect(watch.view).toMatchObject({sessions: 1, client, network: client, way: 'unknown'});
  expect(watch.passagesOf(client)).toMatchObject({sessions: 1});
  hear(100, 6000);
  hear(100, 7000);
  await settled();
  expect([watch.view, checks, said.length]).toMatchObject([{sessions: 1}, 1, 1]);
  expect(said[0]).toMatch(
    /^error 203\.0\.113\.7 began a session while its block was in force: blocks have NO EFFECT/,
  );
});

describe('nothing is claimed', () => {
  test.each<[string, () => void]>([
    [
      'of a session that was heard of before',
      () => {
        hear(100, -10);
        hear(100, 9000);
      },
    ],
    [
      'of a process that began before',
      () => {
        process = {startedMs: now - 500, network: 'ours', localPorts: [25]};
        hear(100, 9000);
      },
    ],
    [
      'of a session whose connect line came before',
      () => {
        connected = now - 500;
        hear(100, 9000);
      },
    ],
    ['within the margin', () => hear(100, 1500)],
    ['of lines that are older than the block', () => hear(100, -60_000)],
    [
      'of a client without a block',
      () => {
        blocks.clear();
        hear(100, 9000);
      },
    ],
    [
      'of one whom the block of his network lets pass',
      () => {
        blocks = new Map([['203.0.113.0/24', blockOf('203.0.113.0/24', {except: [client]})]]);
        hear(100, 9000);
      },
    ],
    [
      'of who is exempt',
      () => {
        exempt = client;
        hear(100, 9000);
      },
    ],
    [
      'of mail that was taken before, and refused later',
      () => hear(100, 9000, {kind: 'undeliverable'}),
    ],
    [
      'of a process that the kernel showed, and that is gone when it is looked at',
      () => hear(100, 9000, {proof: 'kernel'}),
    ],
    [
      'while the firewall refuses',
      () => {
        family = {...family, failure: 'no'};
        watch.look();
        hear(100, 9000);
      },
    ],
    [
      'while not all stands',
      () => {
        family = {...family, standing: 0};
        watch.look();
        hear(100, 9000);
      },
    ],
    [
      'where a check finds that the rule was away',
      () => {
        onCheck = () => (family = {...family, repairs: 1});
        hear(100, 9000);
      },
    ],
    [
      'where a check fails',
      () => {
        onCheck = () => (family = {...family, failure: 'no'});
        hear(100, 9000);
      },
    ],
  ])('%s', async (_, act) => {
    act();
    await settled();
    expect([watch.view, said]).toEqual([{kind: 'undisputed'}, []]);
  });

  test('where no session is cut, of one that began in the first minute', async () => {
    watch = make('none');
    process = {startedMs: now + 20_000, network: 'ours', localPorts: [25]};
    hear(100, 30_000);
    await settled();
    expect(watch.view.kind).toBe('undisputed');
    process = {startedMs: now + 90_000, network: 'ours', localPorts: [25]};
    hear(101, 95_000);
    await until('the disproof', () => watch.view.kind === 'lately');
  });
});

test('a member of a blocked network disproves its block', async () => {
  blocks = new Map([['203.0.113.0/24', blockOf('203.0.113.0/24', {except: ['203.0.113.9']})]]);
  hear(100, 9000);
  await until('the disproof', () => watch.view.kind === 'lately');
  expect(watch.passagesOf('203.0.113.0/24')?.sessions).toBe(1);
});

test.each([
  ['container', {startedMs: 0, network: 'other', localPorts: [25]}],
  ['otherPort', {startedMs: 0, network: 'ours', localPorts: [2525]}],
  ['unknown', {startedMs: 0, network: 'ours', localPorts: [25]}],
] as const)('the facts of its process show the way: %s', async (way, shown) => {
  process = {...shown, startedMs: now + 8000};
  hear(100, 9000, {proof: 'kernel'});
  await until('the disproof', () => watch.view.kind === 'lately');
  expect(watch.view).toMatchObject({way});
});
