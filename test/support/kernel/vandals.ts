/** Damage that other tools, or people, do to our rules. One check must repair each. */
import {toolOf} from './namespace.js';
import {spec} from './samples.js';
import {hosts, nets, type Scene} from './scenes.js';

const {chain} = spec;
const hook = ['-p', 'tcp', '--dport', '25', '-j', chain];
const drop = ['-p', 'tcp', '--dport', '25', '-j', 'DROP'];

/** A mapped IPv6 address. If we read it as IPv4, we could not delete it. */
const mapped = {4: '203.0.113.9', 6: '::ffff:203.0.113.9'} as const;

export type Vandal = readonly [what: string, act: (scene: Scene) => void];

function iptables({namespace, family, variant}: Scene, ...commands: (readonly string[])[]): void {
  for (const words of commands) namespace.run(toolOf(family, variant), words);
}

/** Damage to the chain of iptables and ipset. */
const chainVandals: readonly Vandal[] = [
  ['flushes the chain', (scene) => iptables(scene, ['-F', chain])],
  [
    'deletes the chain',
    (scene) => iptables(scene, ['-D', 'INPUT', ...hook], ['-F', chain], ['-X', chain]),
  ],
  ['flushes everything', (scene) => iptables(scene, ['-F'], ['-X'])],
  ['removes the hook', (scene) => iptables(scene, ['-D', 'INPUT', ...hook])],
  [
    'puts an ACCEPT before the hook',
    (scene) =>
      iptables(scene, [
        '-I',
        'INPUT',
        '1',
        '-m',
        'conntrack',
        '--ctstate',
        'ESTABLISHED',
        '-j',
        'ACCEPT',
      ]),
  ],
  ['hooks it twice', (scene) => iptables(scene, ['-A', 'INPUT', ...hook])],
  [
    'hooks it three times, first behind an ACCEPT',
    (scene) =>
      iptables(
        scene,
        ['-I', 'INPUT', '1', ...hook],
        ['-I', 'INPUT', '1', '-i', 'lo', '-j', 'ACCEPT'],
        ['-A', 'INPUT', ...hook],
      ),
  ],
];

const ruleVandals: readonly Vandal[] = [
  [
    'deletes one rule',
    (scene) => iptables(scene, ['-D', chain, '-s', hosts[scene.family][0], ...drop]),
  ],
  [
    'doubles a rule',
    (scene) =>
      iptables(
        scene,
        ['-A', chain, '-s', hosts[scene.family][0], ...drop],
        ['-A', chain, '-s', hosts[scene.family][0], ...drop],
      ),
  ],
  [
    'adds a rule of our shape',
    (scene) => iptables(scene, ['-A', chain, '-s', nets[scene.family], ...drop]),
  ],
];

const ipset = ({namespace}: Scene, batch: string): string =>
  namespace.run('ipset', ['-exist', 'restore'], `${batch}\n`);
const setOf = ({family}: Scene): string => `${chain}-${family}`;

const setVandals: readonly Vandal[] = [
  ['flushes the set', (scene) => ipset(scene, `flush ${setOf(scene)}`)],
  [
    'destroys the set',
    (scene) => {
      iptables(scene, ['-F', chain]);
      scene.namespace.run('ipset', ['destroy', setOf(scene)]);
    },
  ],
  [
    'doubles the rule of the set',
    (scene) =>
      iptables(scene, [
        '-A',
        chain,
        '-p',
        'tcp',
        '--dport',
        '25',
        '-m',
        'set',
        '--match-set',
        setOf(scene),
        'src',
        '-j',
        'DROP',
      ]),
  ],
  ['deletes an element', (scene) => ipset(scene, `del ${setOf(scene)} ${hosts[scene.family][0]}`)],
  [
    'adds an element',
    (scene) => ipset(scene, `add ${setOf(scene)} ${nets[scene.family]} timeout 600`),
  ],
  [
    'adds an element without an end',
    (scene) => ipset(scene, `add ${setOf(scene)} ${nets[scene.family]} timeout 0`),
  ],
  [
    'adds a v4-mapped address',
    (scene) => ipset(scene, `add ${setOf(scene)} ${mapped[scene.family]} timeout 600`),
  ],
  [
    'makes a block shorter',
    (scene) => ipset(scene, `add ${setOf(scene)} ${hosts[scene.family][0]} timeout 60`),
  ],
  [
    'makes a block endless',
    (scene) => ipset(scene, `add ${setOf(scene)} ${hosts[scene.family][0]} timeout 0`),
  ],
  [
    'makes a block an exception',
    (scene) => ipset(scene, `add ${setOf(scene)} ${hosts[scene.family][0]} timeout 3600 nomatch`),
  ],
  [
    'puts rules of the backend iptables there',
    (scene) => iptables(scene, ['-A', chain, '-s', nets[scene.family], ...drop]),
  ],
];

function nft({namespace, family}: Scene, batch: string): void {
  const table = `${family === 4 ? 'ip' : 'ip6'} blocksmtp-${chain}`;
  namespace.run('nft', ['-f', '-'], `${batch.replaceAll('TABLE', table)}\n`);
}

/** The kernel's number of the nth rule. */
function ruleHandle({namespace, family}: Scene, nth: number): string {
  const words = ['-a', 'list', 'table', family === 4 ? 'ip' : 'ip6', `blocksmtp-${chain}`];
  const handles = [...namespace.run('nft', words).matchAll(/drop # handle (\d+)/g)];
  return handles[nth]![1]!;
}

/** Makes the sets again in their order, one of them with other flags. */
function recreated(scene: Scene, hostFlags: string, networkFlags: string): void {
  const type = `type ipv${scene.family}_addr`;
  const rule = `add rule TABLE input tcp dport 25 ${scene.family === 4 ? 'ip' : 'ip6'} saddr`;
  nft(
    scene,
    `flush chain TABLE input
delete set TABLE hosts
delete set TABLE networks
add set TABLE hosts { ${type}; ${hostFlags} }
add set TABLE networks { ${type}; ${networkFlags} }
${rule} @hosts drop
${rule} @networks drop`,
  );
}

const tableVandals: readonly Vandal[] = [
  ['deletes the table', (scene) => nft(scene, 'delete table TABLE')],
  ['flushes the whole ruleset', (scene) => nft(scene, 'flush ruleset')],
  ['deletes the chain', (scene) => nft(scene, 'flush chain TABLE input\ndelete chain TABLE input')],
  ['flushes the table', (scene) => nft(scene, 'flush table TABLE')],
  [
    'deletes the first rule',
    (scene) => nft(scene, `delete rule TABLE input handle ${ruleHandle(scene, 0)}`),
  ],
  [
    'deletes the second rule',
    (scene) => nft(scene, `delete rule TABLE input handle ${ruleHandle(scene, 1)}`),
  ],
  ['adds a rule before ours', (scene) => nft(scene, 'insert rule TABLE input accept')],
  ['adds a rule behind ours', (scene) => nft(scene, 'add rule TABLE input drop')],
  [
    'makes everybody’s packets drop',
    (scene) => nft(scene, 'add chain TABLE input { policy drop; }'),
  ],
  ['puts the table to sleep', (scene) => nft(scene, 'add table TABLE { flags dormant; }')],
  ['flushes a set', (scene) => nft(scene, 'flush set TABLE hosts')],
  ['makes a set without timeouts', (scene) => recreated(scene, '', 'flags interval, timeout;')],
  [
    'makes a set too small',
    (scene) => recreated(scene, 'flags timeout; size 1;', 'flags interval, timeout;'),
  ],
  [
    'makes a set of intervals',
    (scene) => recreated(scene, 'flags timeout, interval;', 'flags timeout;'),
  ],
  ['adds a set of its own', (scene) => nft(scene, 'add set TABLE mine { type inet_service; }')],
  [
    'deletes an element',
    (scene) => nft(scene, `delete element TABLE hosts { ${hosts[scene.family][0]} }`),
  ],
  [
    'adds an element',
    (scene) => nft(scene, `add element TABLE networks { ${nets[scene.family]} timeout 600s }`),
  ],
  [
    'adds an element without an end',
    (scene) => nft(scene, `add element TABLE networks { ${nets[scene.family]} }`),
  ],
  [
    'adds a range',
    (scene) =>
      nft(
        scene,
        `add element TABLE networks { ${scene.family === 4 ? '198.51.100.3-198.51.100.9' : '2001:db8::3-2001:db8::9'} }`,
      ),
  ],
  [
    'adds an address among the networks',
    (scene) =>
      nft(
        scene,
        `add element TABLE networks { ${scene.family === 4 ? '198.51.100.3' : '2001:db8::3'} }`,
      ),
  ],
  [
    'adds one of ours among the networks',
    (scene) => nft(scene, `add element TABLE networks { ${hosts[scene.family][0]} }`),
  ],
  [
    'adds a v4-mapped address',
    (scene) => nft(scene, `add element TABLE hosts { ${mapped[scene.family]} timeout 600s }`),
  ],
  [
    'makes a block shorter',
    (scene) =>
      nft(
        scene,
        `delete element TABLE hosts { ${hosts[scene.family][0]} }\nadd element TABLE hosts { ${hosts[scene.family][0]} timeout 60s }`,
      ),
  ],
  [
    'makes a block endless',
    (scene) =>
      nft(
        scene,
        `delete element TABLE hosts { ${hosts[scene.family][0]} }\nadd element TABLE hosts { ${hosts[scene.family][0]} }`,
      ),
  ],
];

export function vandalsOf({backend}: Pick<Scene, 'backend'>): readonly Vandal[] {
  switch (backend) {
    case 'iptables':
      return [...chainVandals, ...ruleVandals];
    case 'ipset':
      return [...chainVandals, ...setVandals];
    case 'nftables':
      return tableVandals;
  }
}
