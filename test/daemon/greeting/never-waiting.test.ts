/** Who never waits, by what the judge really knows: records, friends, logins, and who is exempt. */
import {expect, test} from '@jest/globals';
import {NeverWaiting} from '../../../src/daemon/greeting/never-waiting.js';
import {knownBy} from '../../../src/judge/shown.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {day, World} from '../../judge/world.js';
import {address, network} from '../../net/samples.js';

const nobody = ['127.0.0.0/8', '0.0.0.0/8', '224.0.0.0/3', '::1', '::', 'ff00::/8'];

function given(world: World, whitelist = ''): string[] {
  let exempted: ReadonlySet<string> = new Set();
  const never = new NeverWaiting({
    state: world.state,
    guard: {known: knownBy(world.judge)},
    exemptions: () =>
      new Exemptions(
        parseWhitelist('whitelist', whitelist),
        address('192.0.2.25'),
        [address('192.0.2.1'), address('2001:db8::25')],
        [network('198.51.100.0/28')],
      ),
    way: {exempt: (networks) => (exempted = networks)},
  });
  never.refresh('all');
  expect(never.size).toBe(exempted.size);
  return [...exempted].filter((text) => !nobody.includes(text)).sort();
}

const ours = ['192.0.2.1', '192.0.2.25', '198.51.100.0/28', '2001:db8::25'];

test('this machine, the mailer, trusted relays, and the whitelist', () => {
  expect(given(new World())).toEqual(ours);
  expect(given(new World(), '203.0.113.0/28\n')).toEqual([...ours, '203.0.113.0/28'].sort());
});

test('a client with a record, and no sooner', () => {
  const world = new World();
  const deliver = (client: string, count: number): void =>
    void world.deliver(world.fresh(count), client);
  deliver('203.0.113.7', 9);
  deliver('2001:db8:7::1', 4);
  expect(given(world)).toEqual(ours);
  world.wait(day);
  deliver('203.0.113.7', 1);
  deliver('2001:db8:7::2', 4);
  expect(given(world)).toEqual([...ours, '203.0.113.7', '2001:db8:7::/64'].sort());
});

test('a client that has logged in, and a host to which two users write', () => {
  const world = new World();
  world.state.submitters.set('203.0.113.9', {lastMs: world.nowMs});
  for (const senderHash of [1, 2]) {
    const sent = {submitter: 'own', senderHash, nextHost: address('203.0.113.11')} as const;
    world.deliver(world.fresh(1), '203.0.113.9', sent);
  }
  expect(given(world)).toEqual([...ours, '203.0.113.11', '203.0.113.9'].sort());
});

test('a whitelisted host in the network of a client with a record: all of it, and no gap', () => {
  const world = new World();
  for (let days = 0; days < 2; days++) {
    world.deliver(world.fresh(5), '2001:db8:7::1');
    world.wait(day);
  }
  expect(given(world, '2001:db8:7::5\n2001:db8:8::5\n')).toEqual(
    [...ours, '2001:db8:7::/64', '2001:db8:8::5'].sort(),
  );
});
