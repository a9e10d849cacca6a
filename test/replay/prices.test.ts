/** What each policy costs in one part of a log: no part knows of what comes after it. */
import {expect, test} from '@jest/globals';
import type {Outcome} from '../../src/guard/outcome.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';
import {parseAddress} from '../../src/net/address.js';
import {AllDealings} from '../../src/replay/dealings.js';
import {Ledger} from '../../src/replay/ledger/ledger.js';
import {
  changedBetween,
  doubtfulOf,
  mostListed,
  pricesOf,
  witnessesIn,
} from '../../src/replay/prices.js';

const [fit, check, whole] = [
  {first: 1, last: 2},
  {first: 3, last: 4},
  {first: 1, last: 4},
];

/** Two policies; the first is the tighter one. */
function opened() {
  let slice = 1;
  const ledger = new Ledger(
    ({text}) => text,
    () => slice,
  );
  const policies = [new AllDealings(ledger), new AllDealings(ledger)] as const;
  const [tight, loose] = policies;
  const evidence = (client: string, atMs: number) =>
    ({kind: 'unknownRecipient', client: parseAddress(client)!, atMs}) as const;
  return {
    ...{ledger, policies, tight, loose},
    at: (now: number) => void (slice = now),
    asks: (client: string, times: number) => {
      for (let n = 0; n < times; n++) {
        ledger.hear([{kind: 'evidence', evidence: evidence(client, slice)} as JoinOutcome]);
      }
    },
    mails: (client: string) => {
      const outcome = {kind: 'delivered', sender: 'named', atMs: slice};
      ledger.hear([{...outcome, client: parseAddress(client)!} as JoinOutcome]);
    },
    blocks: (policy: AllDealings, network: string, untilMs: number) => {
      const block = {network, fromMs: slice, untilMs};
      policy.hear({kind: 'block', block, repeat: 1} as Outcome);
    },
    pays: (policy: AllDealings, client: string) => {
      policy.hear({kind: 'paid', evidence: evidence(client, slice)} as Outcome);
    },
  };
}

test('each part has its own answers, blocks and innocents', () => {
  const {ledger, policies, tight, loose, at, asks, mails, blocks, pays} = opened();
  asks('192.0.2.1', 5);
  blocks(tight, '192.0.2.1', 9);
  asks('192.0.2.1', 2);
  pays(tight, '192.0.2.1');
  pays(tight, '192.0.2.1');
  at(3);
  asks('192.0.2.1', 1);
  pays(tight, '192.0.2.1');
  asks('192.0.2.2', 4);
  blocks(tight, '192.0.2.2', 9);
  blocks(loose, '192.0.2.2', 4);
  at(4);
  mails('192.0.2.2');
  asks('192.0.2.3', 100);

  const none = {likelyInnocent: 0, goodDuring: 0};
  expect(pricesOf(ledger, policies, fit)).toEqual([
    {blocks: 1, blocked: 1, spared: 0, answers: 5, ...none},
    {blocks: 0, blocked: 0, spared: 1, answers: 7, ...none},
  ]);
  expect(pricesOf(ledger, policies, check)).toEqual([
    {blocks: 1, blocked: 2, spared: 0, answers: 4, likelyInnocent: 1, goodDuring: 1},
    {blocks: 1, blocked: 1, spared: 1, answers: 5, likelyInnocent: 1, goodDuring: 0},
  ]);
  expect(doubtfulOf(ledger, tight, fit)).toEqual([]);
  expect(doubtfulOf(ledger, tight, whole)).toEqual([{client: '192.0.2.2', asked: 4, goodMail: 1}]);
  expect(changedBetween(ledger, tight, loose, whole)).toEqual({
    blockedMore: [],
    spared: [{client: '192.0.2.1', asked: 8, goodMail: 0}],
  });
});

test('a client that is only kept away by its network is blocked by that policy, and spared by the other', () => {
  const {ledger, policies, tight, loose, at, asks, blocks} = opened();
  blocks(tight, '198.51.100.0/24', 9);
  at(2);
  asks('198.51.100.7', 3);
  at(3);
  blocks(loose, '198.51.100.7', 9);
  expect(pricesOf(ledger, policies, fit).map(({blocked}) => blocked)).toEqual([1, 0]);
  expect(pricesOf(ledger, policies, whole)).toMatchObject([
    {blocked: 2, spared: 0, answers: 0},
    {blocked: 1, spared: 1, answers: 3},
  ]);
});

test('witnesses are those that delivered in the part; those of them that asked too can be blocked', () => {
  const {ledger, at, asks, mails} = opened();
  mails('192.0.2.1');
  asks('192.0.2.1', 1);
  mails('192.0.2.2');
  asks('192.0.2.3', 1);
  at(3);
  asks('192.0.2.2', 1);
  expect(witnessesIn(ledger, fit)).toEqual({goodSenders: 2, mistypers: 1});
  expect(witnessesIn(ledger, check)).toEqual({goodSenders: 0, mistypers: 0});
});

test('a list of clients has an end', () => {
  const {ledger, tight, blocks} = opened();
  expect(mostListed).toBe(1000);
  for (let n = 0; n < 1100; n++) blocks(tight, `10.0.${n >> 8}.${n & 255}`, 9);
  const {blockedMore} = changedBetween(ledger, new AllDealings(ledger), tight, whole);
  expect(blockedMore).toHaveLength(mostListed);
});
