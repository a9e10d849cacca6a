/** Other tools change the rules of the greeting: one check repairs each change, and logs it. Real kernel. */
import {afterEach, expect, test} from '@jest/globals';
import {removeGate} from '../../../src/greeting/rules/live/leftovers.js';
import {emptyState} from '../../../src/guard/state.js';
import {toolOf} from '../../support/kernel/namespace.js';
import {allPlaces, describeScenes, hosts, type Scene} from '../../support/kernel/scenes.js';
import {changing, gatePort, startGate, stopGates} from './gate-world.js';

afterEach(stopGates);

type Vandal = readonly [what: string, act: (scene: Scene) => void];

const chain = 'BLOCKSMTP_GREETING';

const iptables =
  (...commands: readonly string[]): Vandal[1] =>
  ({family, variant, namespace}) => {
    for (const words of commands) namespace.run(toolOf(family, variant), words.split(' '));
  };

const natHook = `! -i lo -p tcp -m tcp --dport 25 -m addrtype --dst-type LOCAL -j ${chain}`;
const dropHook = `! -i lo -p tcp -m tcp --dport ${gatePort} -j ${chain}`;

const chainVandals: readonly Vandal[] = [
  ['flushes nat', iptables('-t nat -F')],
  ['flushes filter', iptables('-F')],
  ['flushes and deletes all', iptables('-t nat -F', '-t nat -X', '-F', '-X')],
  ['removes the hook', iptables(`-t nat -D PREROUTING ${natHook}`)],
  ['hooks twice', iptables(`-t nat -A PREROUTING ${natHook}`)],
  ['accepts first', iptables('-t nat -I PREROUTING -p tcp -j ACCEPT')],
  ['lets all call the gate', iptables('-I INPUT -p tcp -j ACCEPT')],
  ['removes the drop', iptables(`-D INPUT ${dropHook}`, `-D ${chain} 1`)],
  ['hooks another port', iptables(`-t nat -A PREROUTING -p tcp --dport 587 -j ${chain}`)],
  ['leads all away for ever', iptables(`-t nat -I ${chain} -p tcp -j REDIRECT --to-ports 2501`)],
  ['adds a rule', iptables(`-A ${chain} -j ACCEPT`)],
];

const nft =
  (batch: string): Vandal[1] =>
  ({family, namespace}) => {
    const table = `${family === 4 ? 'ip' : 'ip6'} blocksmtp-${chain}`;
    namespace.run('nft', ['-f', '-'], `${batch.replaceAll('TABLE', table)}\n`);
  };

const tableVandals: readonly Vandal[] = [
  ['deletes the table', nft('delete table TABLE')],
  ['flushes everything', nft('flush ruleset')],
  ['flushes the rules', nft('flush table TABLE')],
  ['flushes the lead', nft('flush chain TABLE lead')],
  ['adds a rule', nft('add rule TABLE input accept')],
  ['leads 587 away', nft('add element TABLE alive { 587 timeout 600s }')],
  ['puts the table to sleep', nft('add table TABLE { flags dormant; }')],
  ['drops everybody', nft('add chain TABLE input { policy drop; }')],
  ['forgets who has passed', nft('flush set TABLE hosts')],
  ['adds a set', nft('add set TABLE more { type inet_service; }')],
];

function dump({family, variant, namespace, backend}: Scene): string {
  const saved = namespace.run(`${toolOf(family, variant)}-save`, []);
  const sets = backend === 'ipset' ? namespace.run('ipset', ['list', '-terse']) : '';
  // Built-in chains that iptables has made stay. They are not ours.
  const rules = backend === 'nftables' ? namespace.run('nft', ['list', 'ruleset']) : '';
  return [saved, sets, rules]
    .join('\n')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\[\d+:\d+\]/g, '');
}

// For sets it does not matter which iptables made the rule; packets.test.ts tries both.
const places = allPlaces.filter((title) => title !== 'ipset with iptables-legacy');

describeScenes('another tool', places, (scene) => {
  const {family, backend, namespace} = scene;

  test('whatever it does, one check makes it good and says so; the next changes nothing', async () => {
    const {gate, calls, said} = await startGate(scene, 'gate');
    gate.pass(hosts[family][0], Date.now() + 3_600_000);
    gate.exempt(new Set([family === 4 ? '198.51.100.0/24' : '2001:db8:bad::/48']));
    gate.renew();
    await gate.check();
    for (const [what, act] of backend === 'nftables' ? tableVandals : chainVandals) {
      said.length = 0;
      act(scene);
      gate.renew();
      await gate.check();
      expect({what, said: said.map(([level]) => level)}).toEqual({what, said: ['warning']});
      expect({what, standing: gate.standing().get(family)}).toEqual({what, standing: 'stands'});
      calls.length = 0;
      await gate.check();
      expect({what, calls: changing(calls)}).toEqual({what, calls: []});
      if (backend !== 'nftables') {
        iptables('-F INPUT', '-t nat -F PREROUTING')(scene);
        await gate.check();
      }
    }
  });

  test('a removal leaves nothing, also by a command that only knows the name; off removes what stood', async () => {
    const name = family === 4 ? 'inet' : 'inet6';
    const before = (() => {
      // The tables of iptables then exist before and after.
      namespace.run(toolOf(family, scene.variant), ['-t', 'nat', '-A', 'OUTPUT', '-o', name]);
      namespace.run(toolOf(family, scene.variant), ['-A', 'OUTPUT', '-o', name]);
      return dump(scene);
    })();
    const state = emptyState();
    const begin = async () => {
      const {gate} = await startGate(scene, 'gate', {}, state);
      gate.pass(hosts[family][0], Date.now() + 3_600_000);
      gate.renew();
      await gate.check();
      expect(dump(scene)).toContain(chain);
      return gate;
    };
    expect(await (await begin()).stop('removed')).toBe('removed');
    expect(dump(scene)).toBe(before);

    await (await begin()).stop('left');
    const run = namespace.runCall;
    const say = (): void => undefined;
    expect(await removeGate({backend}, [family], undefined, {run, say})).toEqual([]);
    expect(dump(scene)).toBe(before);

    await (await begin()).stop('left');
    const off = await startGate(scene, 'off', {}, state);
    expect(off.gate.standing()).toEqual(new Map([[family, 'off']]));
    expect(dump(scene)).toBe(before);
    // If nothing was ever made, the kernel is not even asked.
    expect((await startGate(scene, 'off')).calls).toEqual([]);
  });

  test('observe after gate leaves nobody led away', async () => {
    const state = emptyState();
    const {gate} = await startGate(scene, 'gate', {}, state);
    gate.renew();
    await gate.check();
    await gate.stop('left');
    const {gate: observing, said} = await startGate(scene, 'observe', {}, state);
    expect(observing.standing().get(family)).toBe(backend === 'iptables' ? 'off' : 'stands');
    expect(dump(scene)).not.toMatch(/dnat|DNAT/);
    expect(said.filter(([level]) => level === 'error')).toEqual([]);
  });
});
