/** Whose logins are remembered, and for how long: they open the ports for submission to a blocked client. */
import {expect, test} from '@jest/globals';
import {loginMs} from '../../src/blocks/passes.js';
import {Guard} from '../../src/guard/guard.js';
import {askNobody} from '../../src/guard/joining.js';
import {emptyState} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {Exemptions} from '../../src/score/exempt.js';
import {settings, startMs} from '../score/samples.js';

const noFriends = new Exemptions(parseWhitelist('none', ''), undefined, []);
const login = (client: string): string =>
  `AUTH=server, relay=${client}, authid=anna, mech=PLAIN, bits=0`;

/** @param atMs of the line, which may be ahead of the clock */
function known(attribution: 'any' | 'verified', message: string, atMs = startMs) {
  const state = emptyState();
  const guard = new Guard({...settings, attribution}, state);
  const record = {atMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1};
  const line = {...record, writer: undefined};
  guard.take(line, startMs, noFriends, askNobody);
  return {guard, logins: () => [...state.submitters.entries()]};
}

test.each([
  ['of an address', '[203.0.113.7]', '203.0.113.7'],
  ['of a host with a name', 'host.example.org [203.0.113.7]', '203.0.113.7'],
  ['of IPv6: all of the client', '[IPv6:2001:db8::7]', '2001:db8::/64'],
])('a login %s', (_, client, text) => {
  expect(known('any', login(client)).logins()).toEqual([[text, {lastMs: startMs}]]);
});

test('a login that failed is none; in verified mode one that only a log reports is none either', () => {
  const failed = 'AUTH failure (LOGIN): user not found (-20) SASL(-13), relay=[203.0.113.7]';
  expect(known('any', failed).logins()).toEqual([]);
  expect(known('verified', login('[203.0.113.7]')).logins()).toEqual([]);
});

test('it is forgotten when it is too old, and one of the future is of now', () => {
  const {guard, logins} = known('any', login('[203.0.113.7]'), startMs + loginMs * 1000);
  expect(logins()).toEqual([['203.0.113.7', {lastMs: startMs}]]);
  guard.sweep(startMs - 5000);
  expect(logins()).toEqual([['203.0.113.7', {lastMs: startMs - 5000}]]);
  guard.sweep(startMs - 5001 + loginMs);
  expect(logins()).toHaveLength(1);
  guard.sweep(startMs - 5000 + loginMs);
  expect(logins()).toEqual([]);
});
