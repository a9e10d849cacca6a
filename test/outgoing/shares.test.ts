import {expect, test} from '@jest/globals';
import {
  ConnectionShares,
  mostConnectionsOfRoot,
  mostConnectionsOfUser,
} from '../../src/outgoing/shares.js';

const taken = (shares: ConnectionShares, uids: readonly number[], times: number): number =>
  Array.from({length: times}, (_, i) => shares.take(uids[i % uids.length]!)).filter(
    (each) => each === 'taken',
  ).length;

test('each user has a share, and a range of numbers is one user', () => {
  const shares = new ConnectionShares();
  expect(taken(shares, [1000], 400_000)).toBe(mostConnectionsOfUser);
  const range = Array.from({length: 65_536}, (_, i) => 10 * 65_536 + i);
  expect(taken(shares, range, 100_000)).toBe(mostConnectionsOfUser);
  expect(taken(shares, [33], 10)).toBe(10);
  expect(taken(shares, [0], 100_000)).toBe(mostConnectionsOfRoot);
  expect(shares.passedOver).toBe(
    500_000 + 100_000 - 2 * mostConnectionsOfUser - mostConnectionsOfRoot,
  );
});
