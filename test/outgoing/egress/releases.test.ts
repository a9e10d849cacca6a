/** Which connections are released: no more than a bound, and none without end, whatever the clock does. */
import {expect, test} from '@jest/globals';
import {
  EgressIntent,
  mostReleases,
  mostReleasesPerUser,
  releaseSeconds,
} from '../../../src/outgoing/egress/releases.js';
import {connectionOf} from './samples.js';

const nowMs = Date.UTC(2026, 10, 21, 12);
const make = (): EgressIntent =>
  new EgressIntent({
    ...{chain: 'BLOCKSMTP_OUT', ports: [25], mode: 'hold', uids: [], destinations: []},
    switchSeconds: 30,
  });

test('a release stands once, and lasts as long as TCP asks', () => {
  const goal = make();
  const connection = connectionOf(4, 4711);
  expect(goal.release(connection, nowMs)).toBe('released');
  expect(goal.release(connection, nowMs + 1000)).toBe('stands');
  expect([...goal.releases.keys()]).toEqual(['192.0.2.1 . 4711 . 192.0.2.25 . 25']);
  expect(goal.takeChanged()).toEqual(new Set(goal.releases.keys()));
  goal.forgetEnded(nowMs + releaseSeconds * 1000 - 1);
  expect(goal.releases.size).toBe(1);
  goal.forgetEnded(nowMs + releaseSeconds * 1000);
  expect(goal.releases.size).toBe(0);
  expect(goal.takeChanged().size).toBe(1);
  // TCP sends its last SYN 63 s after the first, and gives up after 127 s.
  expect(releaseSeconds).toBeGreaterThan(127);
});

test('a release that is withdrawn is held again, and may be released anew', () => {
  const goal = make();
  goal.release(connectionOf(4, 4711), nowMs);
  goal.takeChanged();
  expect(goal.withdraw(connectionOf(4, 4711))).toBe('withdrawn');
  expect(goal.withdraw(connectionOf(4, 4711))).toBe('unknown');
  expect(goal.takeChanged().size).toBe(1);
  expect(goal.release(connectionOf(4, 4711), nowMs)).toBe('released');
});

test('a clock that is set back ends a release and makes none longer', () => {
  const goal = make();
  goal.release(connectionOf(4, 4711), nowMs);
  goal.forgetEnded(nowMs - 3_600_000);
  expect(goal.releases.size).toBe(0);
});

test('a user has a bound of releases, so that others get through; all together have one too', () => {
  const goal = make();
  const results = new Map<number, string[]>();
  for (let uid = 1000; uid < 1006; uid++) {
    const own = Array.from({length: mostReleasesPerUser + 1}, (_, i) =>
      goal.release(connectionOf(4, uid * 100 + i, uid), nowMs),
    );
    results.set(uid, own);
  }
  expect(goal.releases.size).toBe(mostReleases);
  const counts = [...results.values()].map((own) => own.filter((one) => one === 'released').length);
  expect(counts).toEqual([64, 64, 64, 64, 0, 0]);
  expect(results.get(1000)?.at(-1)).toBe('full');
  // Releases that have ended make room.
  goal.forgetEnded(nowMs + releaseSeconds * 1000);
  expect(goal.release(connectionOf(4, 1, 1005), nowMs + releaseSeconds * 1000)).toBe('released');
});
