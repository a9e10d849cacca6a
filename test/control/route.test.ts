/** Who is asked for an answer: the course, the guard, or nobody. */
import {expect, test} from '@jest/globals';
import type {Request} from '../../src/control/protocol.js';
import {route} from '../../src/control/route.js';

async function routed(value: unknown): Promise<readonly unknown[]> {
  const asked: [string, Request][] = [];
  const answer = await route(value, {
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
