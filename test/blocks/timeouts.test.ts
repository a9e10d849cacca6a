/** The kernel ends blocks itself: when, and what comes of it. On the real kernel. */
import {expect, test} from '@jest/globals';
import {endSlackMs, longestSeconds} from '../../src/blocks/sets/set.js';
import {until} from '../support/temp.js';
import {spec} from '../support/kernel/samples.js';
import {
  blockedIn,
  blockOf,
  changesIn,
  describeScenes,
  hosts,
  nets,
  type Scene,
  start,
} from '../support/kernel/scenes.js';

/** Address or network → how long the kernel will hold it yet. Seconds. */
function leftIn({namespace, backend, family}: Scene): Map<string, number> {
  if (backend === 'ipset') {
    const listing = namespace.run('ipset', ['save', `${spec.chain}-${family}`]);
    const found = [...listing.matchAll(/^add \S+ (\S+) timeout (\d+)$/gm)];
    return new Map(found.map(([, network = '', seconds]) => [network, Number(seconds)]));
  }
  const table = [family === 4 ? 'ip' : 'ip6', `blocksmtp-${spec.chain}`];
  const listing = namespace.run('nft', ['-j', 'list', 'table', ...table]);
  const shape =
    /"val": (?:"([^"]+)"|\{"prefix": \{"addr": "([^"]+)", "len": (\d+)\}\}), "timeout": \d+, "expires": (\d+)/g;
  return new Map(
    [...listing.matchAll(shape)].map(([, host, first = '', length = '', seconds]) => [
      host ?? `${first}/${length}`,
      Number(seconds),
    ]),
  );
}

/** Sets the kernel's time for the first host. */
function setLeft({namespace, backend, family}: Scene, seconds: number): void {
  const host = hosts[family][0];
  if (backend === 'ipset') {
    const words = ['add', `${spec.chain}-${family}`, host, 'timeout', String(seconds), '-exist'];
    namespace.run('ipset', words);
    return;
  }
  const set = `${family === 4 ? 'ip' : 'ip6'} blocksmtp-${spec.chain} hosts`;
  const batch = `delete element ${set} { ${host} }
add element ${set} { ${host} timeout ${seconds}s }
`;
  namespace.run('nft', ['-f', '-'], batch);
}

const dayMs = 24 * 3600 * 1000;

describeScenes('timeouts', ['ipset', 'nftables'], (scene) => {
  const {family} = scene;
  const [first, second] = hosts[family];
  const network = nets[family];
  /** Networks inside it, of either set. */
  const [innerNet, innerHost] =
    family === 4
      ? ['198.51.100.128/25', '198.51.100.7']
      : ['2001:db8:bad:1::/64', '2001:db8:bad::7'];

  test('an element ends when its block does, and never before', async () => {
    const {firewall} = start(scene);
    const blocks = [
      blockOf(first, Date.now() + 10_000),
      blockOf(second, Date.now() + dayMs),
      blockOf(network, Date.now() + 7 * dayMs),
    ];
    firewall.replace(blocks);
    await firewall.enforce('remove');
    const left = leftIn(scene);
    const atMs = Date.now();
    for (const {network, untilMs} of blocks) {
      const kernelMs = atMs + left.get(network)! * 1000;
      // Its listing cuts off what is less than a second.
      expect(kernelMs).toBeGreaterThan(untilMs - 1000);
      expect(kernelMs).toBeLessThanOrEqual(untilMs + endSlackMs);
    }
  });

  test('a block that is longer than the kernel can count is renewed on the way', async () => {
    const {firewall, said} = start(scene);
    firewall.replace([blockOf(first, Date.now() + 60 * dayMs)]);
    await firewall.enforce('remove');
    expect(leftIn(scene).get(first)).toBeGreaterThan(longestSeconds - 60);
    setLeft(scene, longestSeconds / 2 + 60);
    await firewall.check();
    expect(leftIn(scene).get(first)).toBeLessThan(longestSeconds / 2 + 61);
    setLeft(scene, longestSeconds / 2 - 60);
    await firewall.check();
    expect(leftIn(scene).get(first)).toBeGreaterThan(longestSeconds - 60);
    expect(said.filter(([level]) => level === 'error')).toEqual([]);
  });

  test('a block that is made longer or shorter is, in one call', async () => {
    const {firewall, calls} = start(scene);
    firewall.replace([blockOf(first), blockOf(network)]);
    await firewall.enforce('remove');
    calls.length = 0;
    for (const seconds of [120, 7200]) {
      firewall.replace([first, network].map((each) => blockOf(each, Date.now() + seconds * 1000)));
      await firewall.enforce('remove');
      for (const left of leftIn(scene).values()) {
        expect(left).toBeGreaterThanOrEqual(seconds - 2);
        expect(left).toBeLessThanOrEqual(seconds + 2);
      }
    }
    expect(calls).toHaveLength(2);
  });

  test('blocks end without us, and what has ended breaks no batch that deletes or renews it', async () => {
    const {firewall, said, calls} = start(scene);
    const endMs = Date.now() + 500;
    firewall.replace([blockOf(first, endMs), blockOf(second, endMs), blockOf(network, endMs)]);
    await firewall.enforce('remove');
    said.length = 0;
    calls.length = 0;
    await until('their end', () => blockedIn(scene).length === 0);
    expect(calls).toEqual([]);
    firewall.lift(first);
    firewall.set(blockOf(second));
    firewall.set(blockOf(network));
    await firewall.enforce('remove');
    expect(blockedIn(scene)).toEqual([second, network].sort());
    firewall.lift(network);
    await firewall.enforce('remove');
    expect(blockedIn(scene)).toEqual([second]);
    expect(said).toEqual([]);
  });

  test('an element that another tool deleted can be lifted all the same', async () => {
    const {firewall, said} = start(scene);
    firewall.replace([blockOf(first), blockOf(network), blockOf(second)]);
    await firewall.enforce('remove');
    if (scene.backend === 'ipset') {
      scene.namespace.run('ipset', ['flush', `${spec.chain}-${family}`]);
    } else {
      const table = [family === 4 ? 'ip' : 'ip6', `blocksmtp-${spec.chain}`];
      for (const set of ['hosts', 'networks']) {
        scene.namespace.run('nft', ['flush', 'set', ...table, set]);
      }
    }
    firewall.lift(first);
    firewall.lift(network);
    await firewall.enforce('remove');
    await firewall.check();
    expect(blockedIn(scene)).toEqual([second]);
    expect(said.filter(([level]) => level === 'error')).toEqual([]);
  });

  test('a block within one that ends stands at once, though the kernel still holds that one', async () => {
    const {firewall, said, calls} = start(scene);
    const endMs = Date.now() + 700;
    firewall.replace([blockOf(network, endMs), blockOf(innerNet), blockOf(innerHost)]);
    await firewall.enforce('remove');
    expect(blockedIn(scene)).toEqual([network]);
    calls.length = 0;
    await until('its end', () => Date.now() >= endMs);
    firewall.lift(network);
    await firewall.enforce('remove');
    expect(blockedIn(scene)).toEqual(expect.arrayContaining([innerNet, innerHost]));
    expect(changesIn(calls)).toHaveLength(1);
    expect(said.filter(([level]) => level === 'error')).toEqual([]);
  });

  test('a network takes the place of unwanted elements, also while those are kept', async () => {
    await start(scene).want(network);
    const {firewall, said} = start(scene);
    firewall.replace([blockOf(innerNet)]);
    await firewall.enforce('keep');
    expect(blockedIn(scene)).toContain(innerNet);
    expect(said.filter(([level]) => level === 'error')).toEqual([]);
    await firewall.enforce('remove');
    expect(blockedIn(scene)).toEqual([innerNet]);
  });
});
