/** What is counted of each client: answers, and good mail before, during and after its blocks. */
import {expect, test} from '@jest/globals';
import type {Outcome} from '../../src/guard/outcome.js';
import {parseAddress} from '../../src/net/address.js';
import {parseNetwork} from '../../src/net/network.js';
import {AllDealings} from '../../src/replay/dealings.js';

const address = (text: string) => parseAddress(text)!;
const textOf = (client: ReturnType<typeof address>): string =>
  client.family === 4 ? client.text : parseNetwork(`${client.text}/64`)!.text;

const counted = (client: string): Outcome =>
  ({
    kind: 'counted',
    evidence: {kind: 'unknownRecipient', client: address(client)},
  }) as Outcome;
const delivered = (client: string, atMs: number, sender: 'named' | 'null' = 'named'): Outcome =>
  ({kind: 'delivered', client: address(client), atMs, sender}) as Outcome;
const block = (network: string, fromMs: number, untilMs: number): Outcome =>
  ({kind: 'block', block: {network, fromMs, untilMs}, repeat: 1}) as Outcome;

test('good mail is counted before, during and after; what a bounce brings is none', () => {
  const all = new AllDealings(textOf);
  all.hear(counted('192.0.2.7'));
  all.hear(delivered('192.0.2.7', 10));
  all.hear(delivered('192.0.2.7', 11, 'null'));
  all.hear(block('192.0.2.7', 20, 30));
  all.hear(delivered('192.0.2.7', 20));
  all.hear(delivered('192.0.2.7', 29));
  all.hear(delivered('192.0.2.7', 30));
  all.hear(block('192.0.2.7', 40, 50));
  all.hear(delivered('192.0.2.7', 45));
  expect([...all.blocked]).toEqual([
    [
      '192.0.2.7',
      {answers: 1, blocks: 2, firstMs: 20, untilMs: 50, good: {before: 1, during: 3, after: 1}},
    ],
  ]);
});

test('mail from inside of a blocked network counts for the network and for the client', () => {
  const all = new AllDealings(textOf);
  all.hear(block('198.51.100.0/24', 20, 30));
  all.hear(block('2001:db8:1::/48', 20, 30));
  all.hear(delivered('198.51.100.9', 25));
  all.hear(delivered('198.51.101.9', 25));
  all.hear(delivered('2001:db8:1:2::9', 40));
  expect(all.blocked.get('198.51.100.0/24')?.good.during).toBe(1);
  expect(all.blocked.get('2001:db8:1::/48')?.good.after).toBe(1);
  expect(all.of('198.51.100.9')?.good.before).toBe(1);
  expect(all.of('2001:db8:1:2::/64')?.good.before).toBe(1);
});

test('a blocked IPv6 client is no network of several: its mail counts once', () => {
  const all = new AllDealings(textOf);
  all.hear(block('2001:db8:1:2::/64', 20, 30));
  all.hear(delivered('2001:db8:1:2::9', 25));
  expect(all.blocked.get('2001:db8:1:2::/64')?.good).toEqual({before: 0, during: 1, after: 0});
});

test('of strangers the oldest is forgotten, and never one that was blocked', () => {
  const all = new AllDealings(textOf, 2);
  all.hear(counted('192.0.2.1'));
  all.hear(block('192.0.2.1', 1, 2));
  for (const last of [2, 3, 4]) all.hear(counted(`192.0.2.${last}`));
  expect(all.of('192.0.2.1')?.answers).toBe(1);
  expect(all.of('192.0.2.2')).toBeUndefined();
  expect(all.of('192.0.2.4')?.answers).toBe(1);
});
