/** The lines of sendmail about talk before the greeting, from 8.12 to 8.18, as they count by the setting. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {askNobody} from '../../src/guard/joining.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {hostNetwork} from '../../src/net/network.js';
import {Exemptions} from '../../src/score/exempt.js';
import type {Policy} from '../../src/score/policy.js';
import {address} from '../net/samples.js';
import {policy, settings, startMs} from '../score/samples.js';

const nobody = new Exemptions(parseWhitelist('wl', ''), undefined, []);
const client = address('203.0.113.7');

let state: State;
beforeEach(() => {
  state = emptyState();
});

function scoreOf(earlyTalk: Policy['earlyTalk'], messages: readonly string[]): number {
  const guard = new Guard({...settings, policy: {...policy, earlyTalk}}, state);
  for (const [i, message] of messages.entries()) {
    const atMs = startMs + i * 1000;
    const line = {atMs, host: 'relay', program: 'sm-mta', pid: 42, message};
    guard.take(line as never, atMs, nobody, askNobody);
  }
  return guard.judged.client(hostNetwork(client), startMs + 60_000)?.score ?? 0;
}

const queueId = '6ALHKSxX018965';
const from = 'from host.example [203.0.113.7]';
const before = `${queueId}: rejecting commands ${from} due to pre-greeting traffic after 0 seconds`;
const behind = `${queueId}: rejecting server EHLO ${from} due to traffic before response`;

describe.each([
  ['8.13', [`${queueId}: rejecting commands ${from} due to pre-greeting traffic`]],
  [
    '8.13 with its FFR',
    [`${queueId}: rejecting commands ${from} after 5 seconds due to pre-greeting traffic`],
  ],
  ['8.14 to 8.16', [before]],
  ['8.17.1.9 and 8.18 with a pause', [before, behind]],
  ['8.17.1.9 and 8.18 without one', [behind]],
])('%s', (_, messages) => {
  test.each([
    ['once', 1],
    ['counts', 3],
  ] as const)('%s: %d', (earlyTalk, expected) => {
    expect(scoreOf(earlyTalk, messages)).toBe(expected);
  });

  test('blocks: at once', () => {
    scoreOf('blocks', messages);
    expect(state.blocks.get(client.text)?.because?.rule).toBe('row');
  });
});

test('a client that left without a command is remembered, and not blamed', () => {
  const left = `${queueId}: host.example [203.0.113.7] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA`;
  expect(scoreOf('counts', [left, left])).toBe(0);
  expect(state.greeted.get(client.text)).toMatchObject({early: 0, left: 2});
  state = emptyState();
  expect(scoreOf('once', [left])).toBe(0);
  expect(state.greeted.size).toBe(0);
});

test('a user of ours who speaks too early is not blocked', () => {
  state.submitters.set(client.text, {lastMs: startMs - 1000});
  expect(scoreOf('blocks', [before, behind])).toBe(0);
  expect(state.blocks.size).toBe(0);
});
