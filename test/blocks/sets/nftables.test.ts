/** Batches of elements for nftables, given to the real nft and the real kernel by a keeper. */
import {expect, test} from '@jest/globals';
import {Keeper} from '../../../src/firewall/live/keeper.js';
import {type Desired, Intent} from '../../../src/blocks/intent.js';
import {nftablesBackend} from '../../../src/blocks/sets/nftables.js';
import type {TableState} from '../../../src/blocks/sets/nftables-listing.js';
import type {Call} from '../../../src/firewall/backend.js';
import {runFirewallCall} from '../../../src/sys/firewall/netfilter.js';
import {describeInNamespace, type Namespace} from '../../support/kernel/namespace.js';
import {keeping, spec} from '../../support/kernel/samples.js';

const table = `blocksmtp-${spec.chain}`;
const hosts = ['192.0.2.7', '192.0.2.8', '192.0.2.9'] as const;
const network = '198.51.100.0/24';

describeInNamespace('nftables: batches', 'default', (namespace) => {
  test('elements that go, that come and that get another time are one call', async () => {
    const {intent, keeper, calls} = keeperIn(namespace);
    for (const text of [...hosts, network]) intent.set({network: text, untilMs: inMs(600_000)});
    await keeper.enforce('remove');
    calls.length = 0;
    intent.delete(hosts[0]);
    intent.delete(network);
    intent.set({network: hosts[1], untilMs: inMs(6_000_000)});
    intent.set({network: '203.0.113.0/24', untilMs: inMs(600_000)});
    await keeper.enforce('remove');
    expect(calls).toHaveLength(1);
    expect([...listed(namespace).keys()].sort()).toEqual([hosts[1], hosts[2], '203.0.113.0/24']);
    expect(listed(namespace).get(hosts[1])).toBeGreaterThan(600);
    await keeper.check();
    expect(keeper.enforced).toMatchObject({wanted: 3, standing: 3, repairs: 0});
    await keeper.stop();
  });

  test.each([
    ['an hour', 3_600_000, 0],
    ['half a minute', 30_000, 1],
  ])(
    'deletes an element that ends in %s; adds it first if it may end meanwhile',
    async (_, ms, adds) => {
      const {intent, keeper, calls} = keeperIn(namespace);
      intent.set({network: hosts[0], untilMs: inMs(ms)});
      await keeper.enforce('remove');
      calls.length = 0;
      intent.delete(hosts[0]);
      await keeper.enforce('remove');
      expect(calls).toHaveLength(1);
      expect(calls[0]!.input.match(/^add element /gm) ?? []).toHaveLength(adds);
      expect(calls[0]!.input).toContain('delete element ');
      expect(listed(namespace).size).toBe(0);
      await keeper.stop();
    },
  );

  test('an element that another tool deleted does not keep the others from going', async () => {
    const {intent, keeper, calls} = keeperIn(namespace);
    for (const text of hosts) intent.set({network: text, untilMs: inMs(600_000)});
    await keeper.enforce('remove');
    namespace.run('nft', [`delete element ip ${table} hosts { ${hosts[0]} }`]);
    calls.length = 0;
    intent.delete(hosts[0]);
    intent.delete(hosts[1]);
    await keeper.enforce('remove');
    // The batch fails, the kernel is read, and the next batch fits.
    expect(calls).toHaveLength(3);
    expect([...listed(namespace).keys()]).toEqual([hosts[2]]);
    expect(keeper.isInOrder).toBe(true);
    await keeper.stop();
  });
});

const inMs = (ms: number): number => Date.now() + ms;

function keeperIn(namespace: Namespace) {
  const intent = new Intent(4);
  const calls: Call[] = [];
  const keeper = new Keeper<TableState, Desired>(keeping(nftablesBackend(spec, 4), intent), {
    run: (call) => {
      calls.push(call);
      const [program = '', ...parameters] = namespace.enter(call.program, call.parameters);
      return runFirewallCall({program, parameters, input: call.input});
    },
    say: () => undefined,
  });
  return {intent, keeper, calls};
}

/** What the kernel itself has: network → how long it will, seconds. */
function listed(namespace: Namespace): Map<string, number> {
  const text = namespace.run('nft', ['list', 'table', 'ip', table]);
  const elements = text.matchAll(
    /([\d./]+) timeout \S+ expires (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?/g,
  );
  return new Map(
    [...elements].map(([, element = '', hours = 0, minutes = 0, seconds = 0]) => [
      element,
      Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    ]),
  );
}
