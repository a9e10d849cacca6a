/** The batches that we render, given to the real iptables tools and the real kernel. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Keeper} from '../../src/firewall/live/keeper.js';
import {type ChainState, type ChainStep, emptyRules} from '../../src/blocks/chain/chain.js';
import {iptablesBackend} from '../../src/blocks/chain/backend.js';
import {planChain, planChainRemoval} from '../../src/blocks/chain/plan.js';
import {parseListing, renderBatch} from '../../src/blocks/chain/rules.js';
import type {Family} from '../../src/net/address.js';
import {
  describeInNamespace,
  type Namespace,
  toolOf,
  type Variant,
} from '../support/kernel/namespace.js';
import {
  absent,
  chainStates,
  desiredSets,
  dropsOf,
  flat,
  intentOf,
  keeping,
  placeOf,
  present,
  spec,
  times,
  wishOf,
  withOthers,
} from '../support/kernel/samples.js';

const families = [4, 6] as const;
const variants = ['default', 'legacy'] as const;

const host = {4: '203.0.113.7', 6: '2001:db8::7'};
const net = {4: '198.51.100.0/24', 6: '2001:db8:bad::/48'};

/** IPv4: of the network for benchmarks (RFC 2544), for the three of the documentation have only 768. */
const thousand: Readonly<Record<Family, readonly string[]>> = {
  4: Array.from({length: 1000}, (_, i) => `198.18.${i >> 8}.${i & 255}`),
  6: Array.from({length: 1000}, (_, i) => `2001:db8::${(i + 1).toString(16)}`),
};

const read = (namespace: Namespace, family: Family, which = spec): ChainState =>
  parseListing(which, family, namespace.list(family));

/** Brings the kernel to what is desired, in one call. */
function bring(namespace: Namespace, family: Family, desired: readonly string[], which = spec) {
  const wish = wishOf(desired, 'remove', family);
  const steps = planChain({...flat, family, spec: which}, wish, read(namespace, family, which));
  namespace.restore(family, renderBatch(which, family, steps));
  return steps;
}

/** Takes all that is ours out of the kernel, in one call. */
function remove(namespace: Namespace, family: Family): void {
  const removal = planChainRemoval({spec, family}, read(namespace, family));
  namespace.restore(family, renderBatch(spec, family, removal));
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
    const {chain} = spec;
    const steps: ChainStep[] = [
      {kind: 'deleteHook', chain: 'INPUT', at: 0},
      {kind: 'add', chain, key: net[family]},
      {kind: 'delete', chain, key: host[family]},
      {kind: 'delete', chain, key: host[family]},
    ];
    expect(() => namespace.restore(family, renderBatch(spec, family, steps))).toThrow();
    expect(namespace.list(family)).toBe(before);
  });

  test('other people’s rules stay as they are, also after planChainRemoval', () => {
    namespace.restore(family, others(family));
    const before = namespace.list(family);
    bring(namespace, family, [host[family], net[family]]);
    const kept = namespace
      .list(family)
      .split('\n')
      .filter((line) => !line.includes(spec.chain));
    expect(kept.join('\n')).toBe(before);
    remove(namespace, family);
    expect(namespace.list(family)).toBe(before);
  });

  test('planChainRemoval removes foreign rules in our chain and every jump', () => {
    namespace.restore(family, others(family));
    const before = namespace.list(family);
    bring(namespace, family, thousand[family]);
    const foreign = `-A ${spec.chain} -s ${net[family]} -j RETURN`;
    namespace.restore(family, filter(foreign));
    namespace.restore(
      family,
      renderBatch(spec, family, [{kind: 'insertHook', chain: 'INPUT', at: 0}]),
    );
    remove(namespace, family);
    expect(namespace.list(family)).toBe(before);
  });

  test('planChainRemoval empties a chain that a foreign rule still needs', () => {
    bring(namespace, family, [host[family]]);
    namespace.restore(family, filter(`-A FORWARD -j ${spec.chain}`));
    remove(namespace, family);
    expect(read(namespace, family)).toEqual(present([], 0, false, [spec.chain]));
  });

  test('a late hook moves to the front, in one call with a new block', () => {
    namespace.restore(family, filter(established, `:${spec.chain} - [0:0]`));
    namespace.restore(family, filter(`-A INPUT -p tcp -m tcp --dport 25 -j ${spec.chain}`));
    expect(placeOf(read(namespace, family))).toBe('late');
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
    const which = {chain: 'A.b-c_0'.repeat(4), ports: [65_535], hooks: ['INPUT']};
    expect(which.chain).toHaveLength(28);
    bring(namespace, family, [host[family]], which);
    const {chains, hooks} = read(namespace, family, which);
    const rules = {...emptyRules(), drops: new Map([[host[family], 1]])};
    expect([...chains]).toEqual([[which.chain, rules]]);
    expect(hooks).toEqual([{chain: 'INPUT', counts: [1], place: 'first'}]);
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
  test('one call brings it to exactly the desired state', () => {
    fc.assert(
      fc.property(chainStates, desiredSets, (actual, desired) => {
        namespace.restore(4, filter('-F'));
        namespace.restore(4, filter(`:${spec.chain} - [0:0]`, `-X ${spec.chain}`));
        namespace.restore(4, asFound(actual));
        expect(read(namespace, 4)).toEqual(actual);
        bring(namespace, 4, [...desired]);
        expect(read(namespace, 4)).toEqual(present([...desired]));
      }),
      {numRuns: 15},
    );
  });

  test('a v4-mapped rule by hand in ip6tables does not stop our changes', () => {
    bring(namespace, 6, []);
    const foreign = `-A ${spec.chain} -s ::ffff:203.0.113.7/128 -p tcp -m tcp --dport 25 -j DROP`;
    namespace.restore(6, filter(foreign));
    bring(namespace, 6, [host[6]]);
    expect(namespace.list(6)).toContain(`${foreign}\n`);
    expect(read(namespace, 6)).toEqual(withOthers(present([host[6]]), 1));
  });
});

/** The restore input that makes this state, from an empty table. */
function asFound(state: ChainState): string {
  const {chain} = spec;
  if (!state.chains.has(chain)) return filter();
  const steps: ChainStep[] = [...dropsOf(state)].flatMap(([network, count]) =>
    Array.from({length: count}, () => ({kind: 'add', chain, key: network}) as const),
  );
  const hooks = Array.from(
    {length: state.hooks[0]!.counts[0]!},
    () => ({kind: 'insertHook', chain: 'INPUT', at: 0}) as const,
  );
  const batch = renderBatch(spec, 4, [{kind: 'createChain', chain}, ...steps, ...hooks]);
  const front = placeOf(state) === 'late' ? '-I INPUT 1 -i lo -j ACCEPT\nCOMMIT' : 'COMMIT';
  return batch.replace('COMMIT', front);
}

describeInNamespace('Keeper: calls of the tools', 'default', (namespace) => {
  test('one block, or 1,000, is one restore; a repair is seen, a belief needs no look', async () => {
    const calls: string[] = [];
    const intent = intentOf(4, [host[4]]);
    const keeper = new Keeper(keeping(iptablesBackend({...flat, flatMax: 2000}), intent), {
      run: ({program, parameters, input}) => {
        calls.push(program);
        return Promise.resolve({kind: 'done', stdout: namespace.run(program, parameters, input)});
      },
      say: () => undefined,
    });
    await keeper.enforce('remove');
    expect(calls).toEqual(['iptables-save', 'iptables-restore']);
    calls.length = 0;
    for (const network of thousand[4]) intent.set({network, untilMs: times.untilMs});
    await keeper.enforce('remove');
    await keeper.enforce('remove');
    expect(calls).toEqual(['iptables-restore']);
    expect(read(namespace, 4)).toEqual(present([host[4], ...thousand[4]]));
    await keeper.stop();
  });
});
