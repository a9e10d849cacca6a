/** The batches that we render, given to the real iptables tools and the real kernel. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {KernelChain} from '../../src/daemon/kernel-chain.js';
import type {ChainState} from '../../src/firewall/chain.js';
import {parseListing, renderBatch} from '../../src/firewall/iptables.js';
import {plan, removalPlan, type Step} from '../../src/firewall/plan.js';
import type {Family} from '../../src/net/address.js';
import {describeInNamespace, type Namespace, toolOf, type Variant} from './namespace.js';
import {absent, chainStates, desiredSets, present, spec} from './samples.js';

const families = [4, 6] as const;
const variants = ['default', 'legacy'] as const;

const host = {4: '203.0.113.7', 6: '2001:db8::7'};
const net = {4: '198.51.100.0/24', 6: '2001:db8:bad::/48'};

const thousand: Readonly<Record<Family, readonly string[]>> = {
  4: thousandNetworks(),
  6: Array.from({length: 1000}, (_, i) => `2001:db8::${(i + 1).toString(16)}`),
};

/** The three documentation networks have 768 hosts; pairs of them make up the rest. */
function thousandNetworks(): string[] {
  const nets = ['192.0.2', '198.51.100', '203.0.113'];
  const hosts = nets.flatMap((each) => Array.from({length: 256}, (_, i) => `${each}.${i}`));
  const pairs = nets.flatMap((each) => Array.from({length: 128}, (_, i) => `${each}.${2 * i}/31`));
  return [...hosts, ...pairs].slice(0, 1000);
}

const read = (namespace: Namespace, family: Family, which = spec): ChainState =>
  parseListing(which, namespace.list(family));

/** Brings the kernel to what is desired, in one call. */
function bring(namespace: Namespace, family: Family, desired: readonly string[], which = spec) {
  const steps = plan(new Set(desired), read(namespace, family, which), 'remove');
  namespace.restore(family, renderBatch(which, steps));
  return steps;
}

const established = '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';

const filter = (...lines: string[]): string => `*filter\n${lines.join('\n')}\nCOMMIT\n`;

/** Other people's rules, so that what stays can be seen. */
const others = (family: Family): string =>
  filter(
    ':f2b-sshd - [0:0]',
    '-A INPUT -p tcp -m tcp --dport 22 -j f2b-sshd',
    established,
    `-A f2b-sshd -s ${host[family]} -m comment --comment "banned: \\"ssh\\"" -j DROP`,
    '-A f2b-sshd -j RETURN',
  );

for (const variant of variants) {
  for (const family of families) {
    const title = `${toolOf(family, variant)}: renderBatch`;
    describeInNamespace(title, variant, (namespace) => testsOf(namespace, family, variant));
  }
}

function testsOf(namespace: Namespace, family: Family, variant: Variant): void {
  test('the first block makes chain, hook and rule in one call, and reads back', () => {
    expect(read(namespace, family)).toEqual(absent());
    bring(namespace, family, [host[family], net[family]]);
    expect(read(namespace, family)).toEqual(present([host[family], net[family]]));
  });

  test('1,000 blocks are added, and 1,000 removed, in one call each', () => {
    bring(namespace, family, thousand[family]);
    expect(read(namespace, family)).toEqual(present(thousand[family]));
    bring(namespace, family, []);
    expect(read(namespace, family)).toEqual(present([]));
  });

  test('a batch that fails changes nothing', () => {
    bring(namespace, family, [host[family]]);
    const before = namespace.list(family);
    const steps: Step[] = [
      {kind: 'deleteHook'},
      {kind: 'add', network: net[family]},
      {kind: 'delete', network: host[family]},
      {kind: 'delete', network: host[family]},
    ];
    expect(() => namespace.restore(family, renderBatch(spec, steps))).toThrow();
    expect(namespace.list(family)).toBe(before);
  });

  test('other people’s rules stay as they are, also after removalPlan', () => {
    namespace.restore(family, others(family));
    const before = namespace.list(family);
    bring(namespace, family, [host[family], net[family]]);
    const kept = namespace
      .list(family)
      .split('\n')
      .filter((line) => !line.includes(spec.chain));
    expect(kept.join('\n')).toBe(before);
    const removal = removalPlan(read(namespace, family));
    namespace.restore(family, renderBatch(spec, removal));
    expect(namespace.list(family)).toBe(before);
  });

  test('removalPlan removes foreign rules in our chain and every jump', () => {
    namespace.restore(family, others(family));
    const before = namespace.list(family);
    bring(namespace, family, thousand[family]);
    const foreign = `-A ${spec.chain} -s ${net[family]} -j RETURN`;
    namespace.restore(family, filter(foreign));
    namespace.restore(family, renderBatch(spec, [{kind: 'insertHook'}]));
    const removal = removalPlan(read(namespace, family));
    namespace.restore(family, renderBatch(spec, removal));
    expect(namespace.list(family)).toBe(before);
  });

  test('removalPlan empties a chain that a rule of somebody else still needs', () => {
    bring(namespace, family, [host[family]]);
    namespace.restore(family, filter(`-A FORWARD -j ${spec.chain}`));
    namespace.restore(family, renderBatch(spec, removalPlan(read(namespace, family))));
    expect(read(namespace, family)).toEqual({
      chain: 'present',
      hook: 'missing',
      hookCount: 0,
      otherJumps: 1,
      drops: new Map(),
    });
  });

  test('a late hook moves to the front, in one call with a new block', () => {
    namespace.restore(family, filter(established, `:${spec.chain} - [0:0]`));
    namespace.restore(family, filter(`-A INPUT -p tcp -m tcp --dport 25 -j ${spec.chain}`));
    expect(read(namespace, family).hook).toBe('late');
    bring(namespace, family, [host[family]]);
    expect(read(namespace, family)).toEqual(present([host[family]]));
    const [first = ''] = namespace.list(family).match(/^-A INPUT .*$/gm) ?? [];
    expect(first).toBe(`-A INPUT -p tcp -m tcp --dport 25 -j ${spec.chain}`);
  });

  test('a foreign rule in our chain stays, where it was', () => {
    bring(namespace, family, [host[family]]);
    const foreign = `-A ${spec.chain} -s ${net[family]} -p tcp -m tcp --dport 25 -j LOG`;
    namespace.restore(family, filter(foreign));
    bring(namespace, family, []);
    expect(namespace.list(family).match(/^-A SPAM.*$/gm)).toEqual([foreign]);
  });

  test('a longest chain name, and another port, are taken and read back', () => {
    const which = {chain: 'A.b-c_0'.repeat(4), port: 65_535};
    expect(which.chain).toHaveLength(28);
    bring(namespace, family, [host[family]], which);
    expect(read(namespace, family, which)).toEqual(present([host[family]]));
  });

  test('iptables -L shows hook and rule as the old program’s users know them', () => {
    bring(namespace, family, [host[family]]);
    const tool = toolOf(family, variant);
    const shown = (chain: string): string => namespace.run(tool, ['-L', chain, '-n']);
    // Before 1.8.10 the protocol is a name, and ip6tables shows no `--` for the options.
    const all = family === 4 ? '0\\.0\\.0\\.0/0' : '::/0';
    const jump = new RegExp(`^SPAM_UNAME_GUESSERS +(tcp|6) .* ${all} +${all} +tcp dpt:25 *$`, 'm');
    const rule = new RegExp(`^DROP +(tcp|6) .* ${host[family]}(/128)? +${all} +tcp dpt:25 *$`, 'm');
    expect(shown('INPUT')).toMatch(jump);
    expect(shown(spec.chain)).toMatch(rule);
    expect(shown(spec.chain)).toContain('Chain SPAM_UNAME_GUESSERS (1 references)');
  });
}

describeInNamespace('plan and renderBatch: any chain that can be found', 'default', (namespace) => {
  test('one call brings it to exactly what is desired', () => {
    fc.assert(
      fc.property(chainStates, desiredSets, (actual, desired) => {
        namespace.restore(4, filter('-F'));
        namespace.restore(4, filter(`:${spec.chain} - [0:0]`, `-X ${spec.chain}`));
        namespace.restore(4, asFound(actual));
        expect(read(namespace, 4)).toEqual(actual);
        bring(namespace, 4, [...desired]);
        expect(read(namespace, 4)).toEqual(present([...desired]));
      }),
      {numRuns: 40},
    );
  });

  test('a v4-mapped rule by hand in ip6tables does not stop our changes', () => {
    bring(namespace, 6, []);
    const foreign = `-A ${spec.chain} -s ::ffff:203.0.113.7/128 -p tcp -m tcp --dport 25 -j DROP`;
    namespace.restore(6, filter(foreign));
    bring(namespace, 6, [host[6]]);
    expect(namespace.list(6)).toContain(`${foreign}\n`);
    expect(read(namespace, 6)).toEqual(present([host[6]]));
  });
});

/** The restore input that makes this state, from an empty table. */
function asFound({chain, hook, hookCount, drops}: ChainState): string {
  if (chain === 'absent') return filter();
  const steps: Step[] = [...drops].flatMap(([network, count]) =>
    Array.from({length: count}, () => ({kind: 'add', network}) as const),
  );
  const hooks = Array.from({length: hookCount}, () => ({kind: 'insertHook'}) as const);
  const batch = renderBatch(spec, [{kind: 'createChain'}, ...steps, ...hooks]);
  const front =
    hook === 'late' && hookCount === 1 ? '-I INPUT 1 -i lo -j ACCEPT\nCOMMIT' : 'COMMIT';
  return batch.replace('COMMIT', front);
}

describeInNamespace('KernelChain: calls of the tools', 'default', (namespace) => {
  test('one block, or 1,000, is one restore; the table is listed once', async () => {
    const calls: string[] = [];
    const netfilter = {
      list: (family: Family) => {
        calls.push('list');
        return Promise.resolve({kind: 'done', stdout: namespace.list(family)} as const);
      },
      restore: (family: Family, batch: string) => {
        calls.push('restore');
        namespace.restore(family, batch);
        return Promise.resolve({kind: 'done', stdout: ''} as const);
      },
    };
    const chain = new KernelChain(4, spec, netfilter, () => undefined);
    await chain.want(new Set([host[4]]), 'remove');
    expect(calls).toEqual(['list', 'restore']);
    await chain.want(new Set(thousand[4]), 'remove');
    await chain.want(new Set(thousand[4]), 'remove');
    expect(calls).toEqual(['list', 'restore', 'restore']);
    expect(read(namespace, 4)).toEqual(present(thousand[4]));
    await chain.stop();
  });
});
