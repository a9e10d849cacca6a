/** What comes through the socket is foreign JSON. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {longestOperatorSeconds, parseRequest} from '../../src/daemon/operator.js';

describe('parseRequest', () => {
  test.each([
    [{command: 'list'}, {command: 'list'}],
    [{command: 'list', network: 5, __proto__: null}, {command: 'list'}],
    [
      {command: 'block', network: '192.0.2.1', seconds: 60, extra: {}},
      {command: 'block', network: '192.0.2.1', seconds: 60},
    ],
    [
      {command: 'unblock', network: 'x', seconds: 'y'},
      {command: 'unblock', network: 'x'},
    ],
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
    {command: 'constructor', network: 'x'},
    {command: '__proto__', network: 'x', seconds: 1},
  ])('%j is no request', (value) => {
    expect(parseRequest(value)).toBeUndefined();
  });

  test('property: never throws, and gives only what it knows', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('list', 'block', 'unblock', 'why', 'x'),
        (value, command) => {
          const candidates = [value, {...(Object(value) as object), command}];
          for (const candidate of candidates) {
            const request = parseRequest(candidate);
            if (request === undefined) continue;
            const keys = Object.keys(request);
            expect(['command', 'network', 'seconds']).toEqual(expect.arrayContaining(keys));
            expect(['list', 'block', 'unblock', 'why']).toContain(request.command);
          }
        },
      ),
    );
  });
});
