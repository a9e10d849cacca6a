/** What comes through the socket is foreign JSON: which of it is a request. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  longestReportSeconds,
  type CommandName,
  isAboutConfiguration,
  longestOperatorSeconds,
  parseRequest,
  type Request,
  requests,
  trialSeconds,
} from '../../src/control/protocol.js';

const names = Object.keys(requests) as CommandName[];

const network = fc.string();
const seconds = fc.integer({min: 1, max: longestOperatorSeconds});
const confirmSeconds = fc.integer({min: trialSeconds.least, max: trialSeconds.most});
const plain = <Command extends CommandName>(command: Command) => fc.constant({command});

const time = fc.integer({min: 0, max: 2e12});
const client = fc.constantFrom('192.0.2.1', '2001:db8::1');
const reports = fc.record({
  state: fc.constantFrom('takes', 'full'),
  port: fc.integer({min: 1, max: 65_535}),
  waiting: fc.nat(100),
  children: fc.nat(100),
  stress: fc.constantFrom('calm', 'stressed'),
  visits: fc.array(
    fc.record(
      {
        fate: fc.constantFrom('handed', 'early', 'left', 'unwaited', 'refused'),
        client,
        atMs: time,
        waitedMs: fc.nat(90_000),
        pid: fc.integer({min: 1, max: 4_194_304}),
        said: fc.string({maxLength: 100}),
      },
      {requiredKeys: ['fate', 'client', 'atMs', 'waitedMs']},
    ),
  ),
  waiters: fc.array(fc.record({client, sinceMs: time})),
});

/** One of each row of the table. */
const samples: {
  readonly [Command in CommandName]: fc.Arbitrary<Extract<Request, {command: Command}>>;
} = {
  list: plain('list'),
  status: plain('status'),
  why: fc.record({command: fc.constant('why'), network}),
  senders: fc.record({command: fc.constant('senders'), seconds}),
  block: fc.record({command: fc.constant('block'), network, seconds}),
  unblock: fc.record({command: fc.constant('unblock'), network}),
  resume: plain('resume'),
  flush: plain('flush'),
  reload: fc.record({command: fc.constant('reload'), confirmSeconds}, {requiredKeys: ['command']}),
  confirm: plain('confirm'),
  waiting: plain('waiting'),
  report: fc.record({
    command: fc.constant('report'),
    seconds: fc.integer({min: 1, max: longestReportSeconds}),
  }),
  contact: fc.record({command: fc.constant('contact'), address: network}),
  greet: fc.record({command: fc.constant('greet'), report: reports}),
  complain: fc.record(
    {command: fc.constant('complain'), seconds, network, send: fc.constantFrom('yes', 'sure')},
    {requiredKeys: ['command']},
  ),
  complaints: fc.record(
    {command: fc.constant('complaints'), id: fc.string()},
    {requiredKeys: ['command']},
  ),
  complaintForget: fc.record({command: fc.constant('complaintForget'), contact: fc.string()}),
  complaintNever: fc.record({command: fc.constant('complaintNever'), network}),
  complaintContact: fc.record(
    {
      command: fc.constant('complaintContact'),
      address: fc.string(),
      again: fc.constant('failed'),
    },
    {requiredKeys: ['command', 'address']},
  ),
  complaintAnswer: fc.record({
    command: fc.constant('complaintAnswer'),
    ...{id: fc.string(), is: fc.constantFrom('bounce', 'person'), why: fc.string()},
  }),
  accuse: fc.record({
    command: fc.constant('accuse'),
    about: fc.record({
      ...{kind: fc.constant('guessing'), network: fc.constant('192.0.2.0/24')},
      attackers: fc.constant([
        {
          ...{client: '192.0.2.7', address: '192.0.2.7', firstMs: 1, lastMs: 2, names: []},
          ...{unknownNames: 3, wrongPasswords: 0, blocks: 1},
        },
      ]),
    }),
  }),
};
const anyRequest: fc.Arbitrary<Request> = fc.oneof(...Object.values(samples));

test('only reload and confirm are about configurations', () => {
  const about = fc.sample(anyRequest, 200).filter(isAboutConfiguration);
  expect(new Set(about.map(({command}) => command))).toEqual(new Set(['reload', 'confirm']));
});

describe('parseRequest', () => {
  test.each([
    [{command: 'list'}, {command: 'list'}],
    [{command: 'resume', network: '192.0.2.1'}, {command: 'resume'}],
    [{command: 'list', network: 5, __proto__: null}, {command: 'list'}],
    [
      {command: 'block', network: '192.0.2.1', seconds: 60, extra: {}},
      {command: 'block', network: '192.0.2.1', seconds: 60},
    ],
    [
      {command: 'unblock', network: 'x', seconds: 'y'},
      {command: 'unblock', network: 'x'},
    ],
    [{command: 'reload'}, {command: 'reload'}],
    [
      {command: 'reload', confirmSeconds: trialSeconds.least, seconds: 5},
      {command: 'reload', confirmSeconds: trialSeconds.least},
    ],
    [{command: 'confirm', confirmSeconds: 'x'}, {command: 'confirm'}],
    [
      {command: 'why', network: ''},
      {command: 'why', network: ''},
    ],
  ])('%j', (value, expected) => {
    expect(parseRequest(value)).toEqual(expected);
  });

  test.each([
    undefined,
    null,
    true,
    'list',
    7,
    [],
    ['list'],
    {},
    {command: 'LIST'},
    {command: ['list']},
    {command: 'unblock'},
    {command: 'unblock', network: ['192.0.2.1']},
    {command: 'unblock', network: {toString: 'x'}},
    {command: 'block', network: '192.0.2.1'},
    ...[0, -1, 0.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, longestOperatorSeconds + 1].map(
      (seconds) => ({command: 'block', network: '192.0.2.1', seconds}),
    ),
    {command: 'block', network: '192.0.2.1', seconds: '60'},
    ...[0, -1, 0.5, '60', null, [60]].map((seconds) => ({command: 'senders', seconds})),
    {command: 'senders'},
    ...[null, '60', 10.5, [60], trialSeconds.least - 1, trialSeconds.most + 1].map(
      (confirmSeconds) => ({command: 'reload', confirmSeconds}),
    ),
    Object.assign(['list'], {command: 'list'}),
    Object.create({command: 'list'}),
    Object.assign(Object.create({network: '192.0.2.1'}) as object, {command: 'unblock'}),
    {command: 'toString'},
    {command: 'hasOwnProperty'},
    {command: 'constructor', network: 'x'},
    {command: '__proto__', network: 'x', seconds: 1},
  ])('%j is no request', (value) => {
    expect(parseRequest(value)).toBeUndefined();
  });

  test('property: never throws, and gives only what it knows', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...names, 'x'), (value, command) => {
        for (const candidate of [value, {...(Object(value) as object), command}]) {
          const request = parseRequest(candidate);
          if (request === undefined) continue;
          const {command: name, ...fields} = request;
          expect(names).toContain(name);
          expect(Object.keys(requests[name])).toEqual(expect.arrayContaining(Object.keys(fields)));
        }
      }),
    );
  });

  test('property: a request comes through the socket as it was sent, whatever fields are added', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.dictionary(fc.constantFrom('x', 'Command'), fc.jsonValue()),
        (request, more) => {
          const line = JSON.stringify({...more, ...request});
          expect(parseRequest(JSON.parse(line))).toEqual(request);
        },
      ),
    );
  });

  test('property: one field that is wrong is enough', () => {
    fc.assert(
      fc.property(anyRequest, fc.nat(), (request, which) => {
        const fields = Object.keys(requests[request.command]);
        fc.pre(fields.length > 0);
        const wrong = {...request, [fields[which % fields.length]!]: {toString: 'x'}};
        expect(parseRequest(wrong)).toBeUndefined();
      }),
    );
  });
});
