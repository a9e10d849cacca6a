/** Who is asked for an answer: the course, the guard, or nobody. */
import {expect, test} from '@jest/globals';
import {type Request, requests} from '../../src/control/protocol.js';
import {route, routeReading, routeReturned} from '../../src/control/route.js';

/** Requests that need more than their command. */
const samples: Readonly<Record<string, unknown>> = {
  why: {command: 'why', network: '192.0.2.7'},
  senders: {command: 'senders', seconds: 1},
  contact: {command: 'contact', address: '192.0.2.7'},
  block: {command: 'block', network: '192.0.2.7', seconds: 60},
  unblock: {command: 'unblock', network: '192.0.2.7'},
  complaintForget: {command: 'complaintForget', contact: 'abuse@example.net'},
  complaintNever: {command: 'complaintNever', network: '192.0.2.7'},
};

async function routed(value: unknown, by = route): Promise<readonly unknown[]> {
  const asked: [string, Request][] = [];
  const answer = await by(value, {
    course: (request) => {
      asked.push(['course', request]);
      return Promise.resolve({kind: 'done', message: 'of the course'});
    },
    gate: (request) => {
      asked.push(['gate', request]);
      return Promise.resolve({kind: 'done', message: 'of the gate'});
    },
    complaint: (request) => {
      asked.push(['complaint', request]);
      return Promise.resolve({kind: 'done', message: 'of complaints'});
    },
    guard: (request) => {
      asked.push(['guard', request]);
      return Promise.resolve({kind: 'done', message: 'of the guard'});
    },
  });
  return [answer, ...asked];
}

test.each([{command: 'reload'}, {command: 'reload', confirmSeconds: 60}, {command: 'confirm'}])(
  '%j is for the course',
  async (request) => {
    const answer = {kind: 'done', message: 'of the course'};
    expect(await routed(request)).toEqual([answer, ['course', request]]);
  },
);

test.each([{command: 'list'}, {command: 'flush'}, {command: 'why', network: 'x'}])(
  '%j is for the guard',
  async (request) => {
    const answer = {kind: 'done', message: 'of the guard'};
    expect(await routed(request)).toEqual([answer, ['guard', request]]);
  },
);

test('a report is for the gate', async () => {
  const report = {
    ...{state: 'takes', port: 2500, waiting: 0, children: 0, stress: 'calm'},
    ...{visits: [], waiters: []},
  };
  const request = {command: 'greet', report};
  expect(await routed(request)).toEqual([
    {kind: 'done', message: 'of the gate'},
    ['gate', request],
  ]);
});

test.each([undefined, 'reload', {command: 'reload', confirmSeconds: 1}, {command: 'block'}])(
  '%j is for nobody',
  async (value) => {
    expect(await routed(value)).toEqual([
      {kind: 'refused', message: 'not a request of this version'},
    ]);
  },
);

test.each(['list', 'status', 'waiting'])('the socket of the group takes %s', async (command) => {
  expect(await routed({command}, routeReading)).toEqual([
    {kind: 'done', message: 'of the guard'},
    ['guard', {command}],
  ]);
});

test.each([
  {command: 'block', network: '192.0.2.7', seconds: 60},
  {command: 'unblock', network: '192.0.2.7'},
  {command: 'resume'},
  {command: 'flush'},
  {command: 'reload'},
  {command: 'confirm'},
])('and refuses %j: it changes something', async (request) => {
  expect(await routed(request, routeReading)).toEqual([
    {kind: 'refused', message: 'permission denied: run it as root'},
  ]);
});

test('the socket of the mailer takes the answer to a complaint', async () => {
  const request = {command: 'complaintAnswer', id: 'x', is: 'bounce', why: ''} as const;
  expect(await routed(request, routeReturned)).toEqual([
    {kind: 'done', message: 'of complaints'},
    ['complaint', request],
  ]);
  expect(await routed(request, routeReading)).toEqual([
    {
      kind: 'refused',
      message: 'permission denied: run it as root, or a member of group mail',
    },
  ]);
});

test.each(Object.keys(requests).filter((command) => command !== 'complaintAnswer'))(
  'and nothing else: %s',
  async (command) => {
    const [answer, ...asked] = await routed(samples[command] ?? {command}, routeReturned);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({kind: 'refused'});
  },
);
