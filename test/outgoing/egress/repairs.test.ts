/** Other tools change the rules of the egress guard: one check repairs, logs and counts each change. Real kernel. */
import {afterEach, expect, test} from '@jest/globals';
import {removeEgress} from '../../../src/outgoing/egress/live/leftovers.js';
import {
  chainOf,
  egressPlaces,
  formerIn,
  makeGuard,
  type Place,
  stopGuards,
} from './egress-world.js';
import {describeInNamespace, type Namespace, toolOf} from '../../support/kernel/namespace.js';

type Vandal = readonly [what: string, act: (place: Place, namespace: Namespace) => void];

const hookOf = (place: Place): string[] => {
  const flags = ['--tcp-flags', 'FIN,SYN,RST,ACK', 'SYN'];
  return ['-p', 'tcp', '--dport', String(place.port), ...flags, '-j', chainOf(place)];
};

const iptables =
  (...commands: ((place: Place) => string[])[]): Vandal[1] =>
  (place, namespace) => {
    for (const words of commands) namespace.run(toolOf(place.family, place.variant), words(place));
  };

const chainVandals: readonly Vandal[] = [
  ['flushes the chain', iptables((place) => ['-F', chainOf(place)])],
  [
    'deletes the chain',
    iptables(
      (place) => ['-D', 'OUTPUT', ...hookOf(place)],
      (place) => ['-F', chainOf(place)],
      (place) => ['-X', chainOf(place)],
    ),
  ],
  [
    'flushes everything',
    iptables(
      () => ['-F'],
      () => ['-X'],
    ),
  ],
  ['removes the hook', iptables((place) => ['-D', 'OUTPUT', ...hookOf(place)])],
  [
    'pushes the hook behind an ACCEPT',
    iptables(() => ['-I', 'OUTPUT', '-p', 'tcp', '-j', 'ACCEPT']),
  ],
  ['hooks it twice', iptables((place) => ['-A', 'OUTPUT', ...hookOf(place)])],
  [
    'hooks another port',
    iptables((place) => [
      '-A',
      'OUTPUT',
      ...hookOf({...place, port: place.port + 1}).slice(0, -1),
      chainOf(place),
    ]),
  ],
  ['deletes the last rule', iptables((place) => ['-D', chainOf(place), '5'])],
  ['deletes the first rule', iptables((place) => ['-D', chainOf(place), '1'])],
  [
    'lets a user pass',
    iptables((place) => [
      '-I',
      chainOf(place),
      '-m',
      'owner',
      '--uid-owner',
      '1000',
      '-j',
      'RETURN',
    ]),
  ],
  ['doubles a rule', iptables((place) => ['-A', chainOf(place), '-o', 'lo', '-j', 'RETURN'])],
  [
    'mixes the rules',
    iptables(
      (place) => ['-D', chainOf(place), '1'],
      (place) => ['-A', chainOf(place), '-o', 'lo', '-j', 'RETURN'],
    ),
  ],
  [
    'releases somebody',
    iptables((place) => {
      const host = place.family === 4 ? '192.0.2.9' : '2001:db8::9';
      const ports = ['-p', 'tcp', '--sport', '4711', '--dport', '25'];
      return ['-I', chainOf(place), '-s', host, '-d', host, ...ports, '-j', 'RETURN'];
    }),
  ],
];

const nft =
  (batch: string): Vandal[1] =>
  (place, namespace) => {
    const ip = place.family === 4 ? 'ip' : 'ip6';
    const table = `${ip} blocksmtp-${chainOf(place)}`;
    const text = batch.replaceAll('TABLE', table).replaceAll('PORT', String(place.port));
    namespace.run('nft', ['-f', '-'], `${text}\n`);
  };

const tableVandals: readonly Vandal[] = [
  ['deletes the table', nft('delete table TABLE')],
  ['flushes the whole ruleset', nft('flush ruleset')],
  ['flushes the table', nft('flush table TABLE')],
  ['flushes the guard', nft('flush chain TABLE guard')],
  ['lets a user pass', nft('insert rule TABLE guard meta skuid 1000 return')],
  ['adds a rule behind ours', nft('add rule TABLE output accept')],
  ['puts the table to sleep', nft('add table TABLE { flags dormant; }')],
  ['takes a port away', nft('delete element TABLE ports { PORT }')],
  ['guards another port', nft('add element TABLE ports { 2525 timeout 600s }')],
  ['drops everybody', nft('add chain TABLE output { policy drop; }')],
];

const vandalsOf = ({backend}: Place): readonly Vandal[] =>
  backend === 'nftables' ? tableVandals : chainVandals;

function dump({family, variant}: Place, namespace: Namespace): string {
  const text = [
    namespace.run(`${toolOf(family, variant)}-save`, []),
    namespace.run('nft', ['list', 'ruleset']),
  ].join('');
  return text.replaceAll(/^#.*\n| \[\d+:\d+\]| expires \S+| counter packets \d+ bytes \d+/gm, '');
}

afterEach(stopGuards);

for (const place of egressPlaces) {
  describeInNamespace(
    `${place.title}: the egress guard and others`,
    'default',
    (namespace) => {
      test.each(['hold', 'reject'] as const)('%s: one check makes all good', async (outbound) => {
        // All changes in every place would prove the same again.
        const isAll = outbound === 'reject' && place.family === 4;
        const vandals = vandalsOf(place).filter((_, i) => isAll || i % 4 === 0);
        const {egress, said, calls} = makeGuard(namespace, place, outbound);
        await egress.start();
        const right = dump(place, namespace);
        let repairs = 0;
        for (const [what, act] of vandals) {
          said.length = 0;
          act(place, namespace);
          await egress.check();
          repairs += 1;
          const figures = egress.enforced.get(place.family);
          expect({what, levels: said.map(([level]) => level), figures}).toEqual({
            what,
            levels: ['warning'],
            figures: expect.objectContaining({wanted: 1, standing: 1, repairs}),
          });
          namespace.run(toolOf(place.family, place.variant), ['-F', 'FORWARD']);
        }
        const other = makeGuard(namespace, place, outbound);
        await other.egress.check();
        expect(other.said).toEqual([]);
        expect(other.calls.filter(({input}) => input !== '')).toEqual([]);
        expect(calls.length).toBeGreaterThan(vandals.length);
        expect(right).toContain(chainOf(place));
      });

      if (place.backend !== 'nftables')
        test('a rule of others in our chain keeps its place, and stays', async () => {
          const tool = toolOf(place.family, place.variant);
          const {egress, said} = makeGuard(namespace, place, 'hold');
          await egress.start();
          namespace.run(tool, ['-I', chainOf(place), '2', '-p', 'tcp', '-j', 'ACCEPT']);
          namespace.run(tool, ['-D', chainOf(place), '1']);
          said.length = 0;
          await egress.check();
          expect(said).toEqual([['warning', expect.stringContaining('insertRule 1')]]);
          const rules = (): string[] =>
            namespace
              .run(tool, ['-S', chainOf(place)])
              .trim()
              .split('\n')
              .slice(1);
          expect(rules().slice(0, 3)).toEqual([
            ...[`-A ${chainOf(place)} -p tcp -j ACCEPT`, `-A ${chainOf(place)} -o lo -j RETURN`],
            expect.stringMatching(/ -d \S+ -j RETURN$/),
          ]);
          await egress.stop('leave');
          expect(rules()).toEqual([`-A ${chainOf(place)} -p tcp -j ACCEPT`]);
          expect(namespace.run(tool, ['-S', 'OUTPUT'])).toBe('-P OUTPUT ACCEPT\n');
        });

      test('removal leaves no trace, and what is of others stays', async () => {
        const tool = toolOf(place.family, place.variant);
        namespace.run(tool, ['-A', 'OUTPUT', '-o', 'lo', '-j', 'ACCEPT']);
        const before = dump(place, namespace);
        const former = formerIn();
        const {egress} = makeGuard(namespace, place, 'reject', {former});
        await egress.start();
        await egress.stop('leave');
        expect(dump(place, namespace)).toContain(chainOf(place));
        const earlier = makeGuard(namespace, place, 'reject', {
          ...{former, settings: {outboundChainName: 'EARLIER', outboundPorts: [25, 587]}},
        });
        await earlier.egress.start();
        await earlier.egress.stop('leave');
        expect(dump(place, namespace)).toContain('EARLIER');
        expect(await remove(place, namespace, chainOf(place), former)).toEqual([]);
        expect(dump(place, namespace)).toBe(before);
        // The names are kept: another tool may have saved the rules, and can restore them.
        expect(former.chains()).toContain('EARLIER');
      });
    },
    ['nft'],
  );
}

function remove(
  {family, variant}: Place,
  namespace: Namespace,
  chain: string,
  former = formerIn(),
): Promise<readonly string[]> {
  const other = variant === 'legacy' ? '-legacy' : undefined;
  const surroundings = {run: namespace.runCall, say: () => undefined};
  return removeEgress(
    {outboundChainName: chain, backend: 'iptables'},
    [family],
    other,
    surroundings,
    former,
  );
}
