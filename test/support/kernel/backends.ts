/** Tests of the real kernel that are the same for each backend. */
import {expect, test} from '@jest/globals';
import type {Family} from '../../../src/net/address.js';
import {toolOf} from './namespace.js';
import {spec} from './samples.js';
import {
  blockedIn,
  blockOf,
  describeScenes,
  dump,
  expectRight,
  hosts,
  nets,
  type PlaceTitle,
  type Scene,
  start,
} from './scenes.js';
import {vandalsOf} from './vandals.js';

export const thousand: Readonly<Record<Family, readonly string[]>> = {
  4: Array.from({length: 1000}, (_, i) => `198.18.${i >> 8}.${i & 255}`),
  6: Array.from({length: 1000}, (_, i) => `2001:db8::${(i + 1).toString(16)}`),
};

/** Adds chains, rules, sets and tables of other programs, with names like ours. */
export function addOthers({namespace, variant, family, backend}: Scene): void {
  const established = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
  const host = hosts[family][0];
  namespace.restore(
    family,
    `*filter
:f2b-sshd - [0:0]
:${spec.chain}_2 - [0:0]
:${spec.chain}-e - [0:0]
:${spec.chain}-fee - [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j f2b-sshd
-A INPUT ${established}
-A INPUT -p tcp -m tcp --dport 25 -j ${spec.chain}_2
-A f2b-sshd -s ${host} -m comment --comment "banned: \\"ssh\\" -j ACCEPT" -j DROP
-A ${spec.chain}_2 -s ${host} -p tcp -m tcp --dport 25 -j DROP
-A FORWARD -j ${spec.chain}-e
-A ${spec.chain}-e -s ${host} -p tcp -m tcp --dport 25 -j DROP
-A ${spec.chain}-fee -j DROP
COMMIT
`,
  );
  namespace.run(toolOf(family === 4 ? 6 : 4, variant), ['-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT']);
  if (backend === 'ipset') {
    const inet = family === 4 ? 'inet' : 'inet6';
    const batch = [
      `create ${spec.chain} hash:net family ${inet} timeout 0`,
      `add ${spec.chain} ${host} timeout 0`,
      `create ${spec.chain}-${family}x hash:ip family ${inet}`,
      `add ${spec.chain}-${family}x ${host}`,
    ];
    namespace.run('ipset', ['restore'], `${batch.join('\n')}\n`);
  }
  if (backend !== 'nftables') return;
  const ip = family === 4 ? 'ip' : 'ip6';
  const tables = ['inet', family === 4 ? 'ip6' : 'ip'].map(
    (other) => `${other} blocksmtp-${spec.chain}`,
  );
  for (const table of [...tables, `${ip} mine`]) {
    const type = `type ipv${family}_addr; flags interval, timeout;`;
    const batch = `add table ${table}
add chain ${table} input { type filter hook input priority 5; policy accept; }
add set ${table} hosts { ${type} }
add element ${table} hosts { ${host}, ${nets[family]} }
add rule ${table} input tcp dport 25 counter
`;
    namespace.run('nft', ['-f', '-'], batch);
  }
}

export function describeBackends(titles: readonly PlaceTitle[]): void {
  describeScenes('blocks', titles, blockTests);
  // A set and its rule are the same with each variant of iptables. The walk tests that variant too.
  const others = titles.filter((title) => title !== 'ipset with iptables-legacy');
  describeScenes('another tool', others, vandalTests);
}

function blockTests(scene: Scene): void {
  const {family} = scene;
  const [first, second] = hosts[family];

  test('the first block makes everything, and the removal leaves nothing', async () => {
    addOthers(scene);
    const before = dump(scene);
    const running = start(scene);
    await running.want(first, nets[family]);
    await expectRight(scene, [first, nets[family]]);
    expect(running.firewall.enforced.get(family)).toMatchObject({
      ...{wanted: 2, standing: 2, repairs: 0},
      failure: undefined,
    });
    expect(await running.firewall.stop('remove')).toBe('removed');
    expect(dump(scene)).toBe(before);
  });

  test('other people’s rules, sets and tables stay as they are while blocks come and go', async () => {
    addOthers(scene);
    const before = dump(scene);
    const running = start(scene);
    await running.want(first, second);
    await running.want(second);
    await running.want();
    const ours = /SPAM_UNAME_GUESSERS(?![\w-])/;
    expect(await running.firewall.stop('leave')).toBe('left');
    expect(dump(scene)).toMatch(ours);
    await start(scene).firewall.stop('remove');
    expect(dump(scene)).toBe(before);
  });

  test('1,000 are added and removed in a batch each; one more is one call', async () => {
    const running = start(scene);
    await running.want(first);
    running.calls.length = 0;
    await running.want(first, ...thousand[family]);
    expect(running.calls).toHaveLength(1);
    const all = [...new Set([first, ...thousand[family]])];
    await expectRight(scene, all);
    running.firewall.set(blockOf(second));
    await running.firewall.enforce('remove');
    expect(running.calls).toHaveLength(2);
    expect(blockedIn(scene)).toContain(second);
    await running.want(first);
    expect(running.calls).toHaveLength(3);
    await expectRight(scene, [first]);
    await running.firewall.stop('leave');
  });

  test('prefixes of every length stand; within a larger one nothing does, and comes back', async () => {
    const running = start(scene);
    const lengths = family === 4 ? [16, 17, 23, 24, 30, 31] : [32, 33, 47, 48, 63, 64, 127];
    const networks = [
      ...lengths.map((length, i) =>
        family === 4 ? `10.${i}.0.0/${length}` : `2001:db${i}::/${length}`,
      ),
      // The tools print this one as ::192.0.2.7.
      ...(family === 4 ? [] : ['::c000:207']),
    ];
    await running.want(...networks);
    await expectRight(scene, networks);
    const [large = ''] = networks;
    const inside =
      family === 4 ? ['10.0.0.7', '10.0.128.0/24'] : ['2001:db0::7', '2001:db0:1::/48'];
    await running.want(...networks, ...inside);
    await expectRight(scene, networks);
    running.firewall.lift(large);
    await running.firewall.enforce('remove');
    await expectRight(scene, [...networks.slice(1), ...inside]);
    running.firewall.set(blockOf(large));
    await running.firewall.enforce('remove');
    await expectRight(scene, networks);
    await running.firewall.stop('leave');
  });

  test('an unwanted block is kept until it is to be removed', async () => {
    await start(scene).want(first, second);
    const running = start(scene);
    running.firewall.replace([blockOf(second)]);
    await running.firewall.enforce('keep');
    expect(blockedIn(scene)).toEqual([first, second].sort());
    await running.firewall.enforce('remove');
    await expectRight(scene, [second]);
    await running.firewall.stop('leave');
  });

  test('the other family is not asked for: a machine without IPv6 needs no ip6tables', async () => {
    const running = start(scene);
    await running.want(first);
    await running.firewall.check();
    await running.firewall.replaceOthers(undefined);
    await running.firewall.stop('remove');
    const words = running.calls.map(({program, parameters}) => [program, ...parameters].join(' '));
    const shape = family === 4 ? /ip6|inet6|GUESSERS-6/ : /iptables|\bip\b|inet\b|GUESSERS-4/;
    expect(words.filter((call) => shape.test(call))).toEqual([]);
    expect(words.length).toBeGreaterThan(4);
  });
}

function vandalTests(scene: Scene): void {
  test('whatever it does, one check makes it good, and says so', async () => {
    const {family} = scene;
    const running = start(scene);
    await running.want(...hosts[family]);
    let repairs = 0;
    for (const [what, act] of vandalsOf(scene)) {
      running.said.length = 0;
      act(scene);
      await running.firewall.check();
      repairs += 1;
      const {wanted, standing, failure, ...counted} = running.firewall.enforced.get(family)!;
      expect({what, said: running.said.map(([level]) => level), blocked: blockedIn(scene)}).toEqual(
        {what, said: ['warning'], blocked: [...hosts[family]].sort()},
      );
      expect({what, wanted, standing, failure, repairs: counted.repairs}).toEqual({
        what,
        wanted: 2,
        standing: 2,
        failure: undefined,
        repairs,
      });
      await expectRight(scene, hosts[family], {}, what);
    }
  });
}
