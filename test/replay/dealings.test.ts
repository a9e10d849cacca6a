/** What is counted of each client: answers, and good mail before, during and after its blocks. */
import {expect, test} from '@jest/globals';
import type {Outcome} from '../../src/guard/outcome.js';
import {parseAddress} from '../../src/net/address.js';
import {parseNetwork} from '../../src/net/network.js';
import {AllDealings} from '../../src/replay/dealings.js';
import {Ledger, mostOfKind} from '../../src/replay/ledger/ledger.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';

const address = (text: string) => parseAddress(text)!;
const textOf = (client: ReturnType<typeof address>): string =>
  client.family === 4 ? client.text : parseNetwork(`${client.text}/64`)!.text;

const unknown = (client: string): JoinOutcome =>
  ({
    kind: 'evidence',
    evidence: {kind: 'unknownRecipient', client: address(client)},
  }) as JoinOutcome;
const delivered = (client: string, atMs: number, sender: 'named' | 'null' = 'named'): JoinOutcome =>
  ({kind: 'delivered', client: address(client), atMs, sender}) as JoinOutcome;
const block = (network: string, fromMs: number, untilMs: number, except?: string[]): Outcome =>
  ({kind: 'block', block: {network, fromMs, untilMs, except}, repeat: 1}) as Outcome;
const paid = (client: string): Outcome =>
  ({kind: 'paid', evidence: {kind: 'unknownRecipient', client: address(client)}}) as Outcome;

/** Words about clients go to the ledger, decisions to the policy: as in a reading of a log. */
function opened(most?: number) {
  const ledger = new Ledger(textOf, undefined, most);
  return {ledger, policies: [new AllDealings(ledger), new AllDealings(ledger)] as const};
}

test('good mail is counted before, during and after; mail that a bounce brings is none', () => {
  const {ledger, policies} = opened();
  const [all, other] = policies;
  ledger.hear([unknown('192.0.2.7'), delivered('192.0.2.7', 10)]);
  ledger.hear([delivered('192.0.2.7', 11, 'null')]);
  all.hear(block('192.0.2.7', 20, 30));
  ledger.hear([delivered('192.0.2.7', 20), delivered('192.0.2.7', 29), unknown('192.0.2.7')]);
  all.hear(paid('192.0.2.7'));
  ledger.hear([delivered('192.0.2.7', 30)]);
  all.hear(block('192.0.2.7', 40, 50));
  ledger.hear([delivered('192.0.2.7', 45)]);
  expect([...all.blocked]).toEqual([
    [
      '192.0.2.7',
      {answers: 1, blocks: 2, firstMs: 20, untilMs: 50, good: {before: 1, during: 3, after: 1}},
    ],
  ]);
  expect([...other.blocked]).toEqual([]);
  expect(other.of('192.0.2.7')).toMatchObject({answers: 2, blocks: 0, firstMs: null});
});

test('mail from inside of a blocked network counts for the network and for the client', () => {
  const {ledger, policies} = opened();
  const [all] = policies;
  all.hear(block('198.51.100.0/24', 20, 30));
  all.hear(block('2001:db8:1::/48', 20, 30));
  ledger.hear([delivered('198.51.100.9', 25), delivered('198.51.101.9', 25)]);
  ledger.hear([delivered('2001:db8:1:2::9', 40)]);
  expect(all.blocked.get('198.51.100.0/24')?.good.during).toBe(1);
  expect(all.blocked.get('2001:db8:1::/48')?.good.after).toBe(1);
  expect(all.of('198.51.100.9')?.good.before).toBe(1);
  expect(all.of('2001:db8:1:2::/64')?.good.before).toBe(1);
});

test('mail of a client that passes through the block of its network is none that the block kept away', () => {
  const {ledger, policies} = opened();
  const [all] = policies;
  all.hear(block('198.51.100.0/24', 20, 30, ['198.51.100.9', '198.51.100.16/28']));
  ledger.hear(['9', '17', '33'].map((host) => delivered(`198.51.100.${host}`, 25)));
  expect(all.blocked.get('198.51.100.0/24')?.good).toEqual({before: 0, during: 1, after: 0});
});

test('a blocked IPv6 client is no network of several: its mail counts once', () => {
  const {ledger, policies} = opened();
  policies[0].hear(block('2001:db8:1:2::/64', 20, 30));
  ledger.hear([delivered('2001:db8:1:2::9', 25)]);
  expect(policies[0].blocked.get('2001:db8:1:2::/64')?.good).toEqual({
    ...{before: 0, during: 1},
    after: 0,
  });
});

test('the oldest stranger is forgotten, and never one that a policy blocked', () => {
  const {ledger, policies} = opened(2);
  const [all, other] = policies;
  ledger.hear([unknown('192.0.2.1')]);
  other.hear(block('192.0.2.1', 1, 2));
  for (const last of [2, 3, 4]) ledger.hear([unknown(`192.0.2.${last}`)]);
  expect(all.of('192.0.2.1')?.answers).toBe(1);
  expect(all.of('192.0.2.2')).toBeUndefined();
  expect(all.of('192.0.2.4')?.answers).toBe(1);
});

test('requests of a client are no answer while its network is blocked, also if the client itself is blocked', () => {
  const {ledger, policies} = opened();
  const [all, other] = policies;
  const asks = (atMs: number): JoinOutcome => {
    const client = address('198.51.100.9');
    return {kind: 'evidence', evidence: {kind: 'unknownRecipient', client, atMs}} as JoinOutcome;
  };
  ledger.hear([asks(10)]);
  all.hear(block('198.51.100.0/24', 20, 30));
  ledger.hear([asks(20), asks(29), asks(30)]);
  expect(all.of('198.51.100.9')).toMatchObject({answers: 2, blocks: 0});
  expect(other.of('198.51.100.9')).toMatchObject({answers: 4});
  expect([...all.blocked.keys()]).toEqual(['198.51.100.0/24']);
  // The policy tells of those that meet a block of the client's own.
  all.hear(block('198.51.100.9', 40, 50));
  all.hear(block('198.51.100.0/24', 40, 60));
  ledger.hear([asks(45)]);
  all.hear(paid('198.51.100.9'));
  expect(all.of('198.51.100.9')).toMatchObject({answers: 2, blocks: 1, firstMs: 40});
});

test('strangers push no sender out; a sender that is pushed out is counted', () => {
  const {ledger} = opened(2);
  expect(mostOfKind).toBe(100_000);
  ledger.hear([unknown('192.0.2.7'), delivered('192.0.2.7', 1)]);
  ledger.hear([1, 2, 3, 4].map((host) => unknown(`198.51.100.${host}`)));
  expect(ledger.find('192.0.2.7')).toMatchObject({asked: 1, good: 1});
  expect(ledger.find('198.51.100.1')).toBeUndefined();
  expect([...ledger.all()]).toHaveLength(3);
  expect(ledger.forgottenSenders).toBe(0);
  ledger.hear([5, 6].map((host) => delivered(`198.51.100.${host}`, 2)));
  expect(ledger.find('192.0.2.7')).toBeUndefined();
  expect(ledger.forgottenSenders).toBe(1);
});
