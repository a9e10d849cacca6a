/** Connections that wait because too many are released: one log line a minute, with their number. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {mostReleases, mostReleasesPerUser} from '../../../src/outgoing/egress/releases.js';
import {mostCounted, Overflow} from '../../../src/outgoing/egress/overflow.js';
import {connectionOf} from './samples.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const start = 'more connections than can be released at once';

test('the first one is reported at once, the others a minute later, each counted once', () => {
  const overflow = new Overflow();
  expect(overflow.report(nowMs)).toBeUndefined();
  overflow.note(connectionOf(4, 4711), 'user');
  expect(overflow.report(nowMs)).toBe(`${start} (${mostReleasesPerUser} of one user): one waits`);
  for (const port of [1, 2, 3, 2, 1]) overflow.note(connectionOf(4, port), 'all');
  expect(overflow.report(nowMs + 59_999)).toBeUndefined();
  expect(overflow.report(nowMs + 60_000)).toBe(
    `${start} (${mostReleases}): 3 had to wait since this was last said`,
  );
  expect(overflow.report(nowMs + 200_000)).toBeUndefined();
});

test('a clock that was set back does not silence it', () => {
  const overflow = new Overflow();
  overflow.note(connectionOf(4, 1), 'all');
  overflow.report(nowMs);
  overflow.note(connectionOf(4, 2), 'all');
  expect(overflow.report(nowMs - 3_600_000)).toContain('one waits');
});

test('a flood costs no more than its bound, and is counted up to it', () => {
  const overflow = new Overflow();
  for (let port = 0; port < mostCounted + 10; port++) overflow.note(connectionOf(4, port), 'all');
  expect(overflow.report(nowMs)).toContain(`: at least ${mostCounted} had to wait`);
});

test('property: nothing is lost, and nothing is reported twice within a minute', () => {
  const move = fc.record({ports: fc.array(fc.nat(20)), waitMs: fc.nat(40_000)});
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const overflow = new Overflow();
      let [atMs, lastMs] = [nowMs, Number.NEGATIVE_INFINITY];
      let open = new Set<number>();
      for (const {ports, waitMs} of moves) {
        for (const port of ports) {
          overflow.note(connectionOf(4, port), 'all');
          open.add(port);
        }
        atMs += waitMs;
        const report = overflow.report(atMs);
        const isDue = open.size > 0 && atMs - lastMs >= 60_000;
        const count = open.size === 1 ? 'one waits' : `: ${open.size} had to wait`;
        expect(report ?? 'nothing').toContain(isDue ? count : 'nothing');
        if (!isDue) continue;
        [lastMs, open] = [atMs, new Set()];
      }
    }),
  );
});
