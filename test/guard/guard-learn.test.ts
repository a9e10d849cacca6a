/** What the guard learns of old logs: who took whose mail, and nothing against anybody. */
import {beforeEach, expect, test} from '@jest/globals';
import {Guard} from '../../src/guard/guard.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {hostNetwork} from '../../src/net/network.js';
import {Exemptions} from '../../src/score/exempt.js';
import {address} from '../net/samples.js';
import {settings, startMs} from '../score/samples.js';

const nobody = new Exemptions(parseWhitelist('none', ''), undefined, []);
const nowMs = startMs + 3_600_000;
const client = '203.0.113.7';
const id = (i: number): string => `6ALC${String(i).padStart(4, '0')}000152`;
const from = (i: number, taken: number): string =>
  `${id(i)}: from=<a@example.org>, size=${taken * 900}, class=0, nrcpts=${taken}, proto=ESMTP, daemon=MTA, relay=[${client}]`;
const sent = (i: number, name: string): string =>
  `${id(i)}: to=<${name}@example.net>, delay=00:00:00, mailer=local, pri=30500, dsn=2.0.0, stat=Sent`;
const unknown = (i: number, name: string): string =>
  `${id(i)}: <${name}@example.net>... User unknown`;

let state: State;
let guard: Guard;
beforeEach(() => {
  state = emptyState();
  guard = new Guard(settings, state);
});

const learn = (message: string, atMs = startMs): number =>
  guard.learn(
    {atMs, host: 'relay', program: 'sm-mta', pid: 152, message, times: 1, writer: undefined},
    nowMs,
    nobody,
  );
const view = () => guard.judged.client(hostNetwork(address(client)), nowMs);
const names = (): number => guard.judged.crowd(nowMs).remembered.names;

test('a client whose mail was taken is known, and since when', () => {
  expect([learn(from(1, 2)), learn(sent(1, 'anna')), learn(sent(1, 'bert'))]).toEqual([0, 1, 1]);
  expect(names()).toBe(2);
  expect(view()).toMatchObject({delivered: 2, deliveredDays: 1});
});

test('signs against a client are dropped: no score, no block, whatever it asked for', () => {
  for (let i = 0; i < 50; i++) expect(learn(unknown(2, `name${i}`))).toBe(0);
  expect(learn(from(2, 0))).toBe(0);
  expect([view(), state.blocks.size, state.openEnvelopes.size]).toEqual([undefined, 0, 0]);
});

test('a line of the future counts as of now: its clock was ahead', () => {
  learn(from(3, 1), nowMs + 1e9);
  learn(sent(3, 'anna'), nowMs + 1e9);
  expect(view()).toMatchObject({deliveredMs: nowMs});
});
