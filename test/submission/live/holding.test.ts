/** Which messages are handed to the mailer to be held: each once, again what was busy, and at most so many. */
import {beforeEach, expect, test} from '@jest/globals';
import {emptyState, type State} from '../../../src/guard/state.js';
import {Holding, mostHeldAtOnce, mostNoted} from '../../../src/submission/live/holding.js';
import type {Held} from '../../../src/submission/live/mail-queue.js';
import type {SenderKey} from '../../../src/submission/whose/sender.js';
import {idOf, startMs} from '../samples.js';

const alarm = {kind: 'hour', count: 301, limit: 300} as const;
const sender = 'uid:1001';
type Wanted = {
  sender: SenderKey;
  alarm: typeof alarm;
  what: 'waiting' | {host: string; queueId: string};
};

let state: State;
let asked: string[][];
let said: string[];
let wanted: Wanted[];
let answer: (ids: readonly string[]) => Held;
let why: string | undefined;

beforeEach(() => {
  [state, asked, said, why] = [emptyState(), [], [], undefined];
  wanted = [{sender, alarm, what: 'waiting'}];
  answer = (ids) => ({done: ids, busy: []});
});

function waits(number: number, of: SenderKey = sender, vouched: 'yes' | 'no' = 'no'): string {
  const id = idOf(number);
  const transit = {atMs: startMs, sender: of, vouched, recipients: 1, left: 1};
  state.mailInTransit.set(`relay.example.net ${id}`, transit);
  return id;
}

const made = (more: {dryRun?: true; attribution?: 'verified'} = {}): Holding =>
  new Holding({
    config: {dryRun: more.dryRun ?? false, attribution: more.attribution ?? 'any'},
    state,
    book: {toHold: () => wanted},
    queue: {
      hold: (ids) => {
        asked.push([...ids]);
        return Promise.resolve(answer(ids));
      },
      whyNotHeld: () => why,
    },
    say: (_, text) => void said.push(text),
  });

test('only the mail of that sender, each message once: a released one stays released', async () => {
  const id = waits(1);
  waits(2, 'uid:1002');
  const holding = made();
  await holding.round(startMs);
  await holding.round(startMs + 30_000);
  expect(asked).toEqual([[id]]);
  expect([holding.heldOf(sender), holding.heldOf('uid:1002')]).toEqual([1, 0]);
  expect(said).toEqual(['outgoing mail: 1 messages of uid:1001 are held']);
});

test('a message that sendmail is delivering is not counted as held, and is tried again', async () => {
  const id = waits(1);
  const holding = made();
  answer = () => ({done: [], busy: [{id, why: 'being delivered now: run it again'}]});
  await holding.round(startMs);
  expect(holding.heldOf(sender)).toBe(0);
  answer = (ids) => ({done: ids, busy: []});
  await holding.round(startMs + 30_000);
  expect(asked).toEqual([[id], [id]]);
  expect(holding.heldOf(sender)).toBe(1);
});

test('a single message is tried again for ten minutes, though the book names it once', async () => {
  wanted = [{sender, alarm, what: {host: 'h', queueId: idOf(9)}}];
  const holding = made();
  answer = (ids) => ({done: [], busy: ids.map((id) => ({id, why: 'busy'}))});
  await holding.round(startMs);
  wanted = [];
  await holding.round(startMs + 600_000);
  await holding.round(startMs + 600_001);
  expect(asked).toEqual([[idOf(9)], [idOf(9)]]);
});

test('without the rights nothing is tried; the reason is logged once and kept for doctor', async () => {
  waits(1);
  why = 'the daemon has no CAP_SETGID';
  const holding = made();
  holding.check();
  await holding.round(startMs);
  expect([asked, holding.trouble]).toEqual([[], why]);
  expect(said).toEqual([expect.stringContaining('cannot be held: the daemon has no CAP_SETGID')]);
});

test('a dry run asks nobody', async () => {
  waits(1);
  await made({dryRun: true}).round(startMs);
  expect([asked, said]).toEqual([[], ['would hold 1 messages of uid:1001']]);
});

test('verified: only mail that the journal vouches for', async () => {
  waits(1);
  const id = waits(2, sender, 'yes');
  await made({attribution: 'verified'}).round(startMs);
  expect(asked).toEqual([[id]]);
});

test('at most so many in a round', async () => {
  for (let number = 0; number < mostHeldAtOnce + 10; number++) waits(number);
  const holding = made();
  await holding.round(startMs);
  expect(asked.map(({length}) => length)).toEqual([mostHeldAtOnce]);
});

test('bounds', () => expect([mostHeldAtOnce, mostNoted]).toEqual([500, 50_000]));
