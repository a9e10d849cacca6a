/**
 * Other tools at work in the same kernel: what of ours they take away stands again within the check
 * interval and a second, and the log reports and counts it. And what we take away leaves everything
 * of theirs.
 */
import {expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {type Box, boxNeeds} from './box.js';
import type {Post} from './guarded.js';
import {atPosts} from './posts.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const inBox = whereAvailable(boxNeeds);

const checkSeconds = 1;
/** For a check, which comes each second, and its work. Ms: the machine may be busy. */
const repairMs = 45_000;

/** What a firewall of the administrator's looks like that knows nothing of us. */
const foreign = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:MINE - [0:0]
-A INPUT -p tcp -m tcp --dport 25 -j MINE
-A MINE -s 192.0.2.99/32 -j ACCEPT
COMMIT
`;

type Harm = (box: Box) => void;
const both = (box: Box, ...parameters: string[]): void => {
  for (const tool of ['iptables', 'ip6tables']) box.run(tool, parameters);
};
const wholeRuleset: Harm = (box) => void box.run('iptables-restore', [], foreign);
const flushChains: Harm = (box) => {
  both(box, '-F');
  both(box, '-X');
};
const flushRuleset: Harm = (box) => void box.run('nft', ['flush', 'ruleset']);

const lanes = {
  iptables: {
    config: {backend: 'iptables', checkInterval: checkSeconds},
    harms: {wholeRuleset, flushChains, flushRuleset},
  },
  'iptables, a tree': {
    config: {backend: 'iptables', checkInterval: checkSeconds, flatChainMax: 2},
    harms: {
      wholeRuleset,
      aBranch: (box: Box) => void box.run('iptables', ['-F', 'SPAM_UNAME_GUESSERS-c0']),
      theRoot: (box: Box) => void box.run('iptables', ['-F', 'SPAM_UNAME_GUESSERS']),
    },
  },
  ipset: {
    config: {backend: 'ipset', checkInterval: checkSeconds},
    harms: {
      wholeRuleset,
      flushChains,
      flushSets: (box: Box) => void box.run('ipset', ['flush']),
      destroySets: (box: Box) => {
        flushChains(box);
        box.run('ipset', ['destroy']);
      },
    },
  },
  nftables: {
    config: {backend: 'nftables', checkInterval: checkSeconds},
    harms: {
      flushRuleset,
      flushSet: (box: Box) =>
        void box.run('nft', ['flush', 'set', 'ip', 'blocksmtp-SPAM_UNAME_GUESSERS', 'hosts']),
      aRule: (box: Box) =>
        void box.run('nft', ['flush', 'chain', 'ip', 'blocksmtp-SPAM_UNAME_GUESSERS', 'input']),
    },
  },
} as const;

const blocked = ['192.0.2.7', '198.51.100.0/24', '203.0.113.9', '2001:db8::7'];

async function repairs(post: Post): Promise<number> {
  const {families} = await post.status();
  return families.reduce((sum, each) => sum + each.repairs, 0);
}

inBox('rules that others take away stand again, and the repair is logged and counted', () =>
  atPosts(newDir, lanes, async (post, {harms}) => {
    await post.startWhole();
    for (const network of blocked) await post.block(network);
    await post.kernelComesTo(blocked);
    const whole = (await post.box.kernel()).parts;
    for (const [name, harm] of Object.entries(harms)) {
      const before = await repairs(post);
      const said = post.child?.output().length ?? 0;
      harm(post.box);
      await post.kernelComesTo(blocked, repairMs);
      expect([name, (await post.box.kernel()).parts]).toEqual([name, whole]);
      const warning = /^warning IPv4 firewall: bringing it in order/m;
      await until(`${name} to be said`, () => warning.test(post.child?.output().slice(said) ?? ''));
      expect([name, (await repairs(post)) > before]).toEqual([name, true]);
    }
  }),
);

/** All of the kernel's rules, as text that can be compared; counters and times are not rules. */
const wholeText = (box: Box): string =>
  [
    box.run('iptables-save', []),
    box.run('ip6tables-save', []),
    box.run('ipset', ['save']),
    box.run('nft', ['list', 'ruleset']),
  ]
    .join('\n')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\[\d+:\d+\]/g, '[0:0]');

const setUpForeign: Harm = (box) => {
  box.run('iptables-restore', [], foreign);
  box.run('ip6tables-restore', [], foreign.replace('192.0.2.99/32', '2001:db8:99::/64'));
  box.run('ipset', ['create', 'mine', 'hash:net']);
  box.run('nft', ['add', 'table', 'inet', 'mine']);
};

inBox(
  'another backend at each start: the blocks stand, and nothing is left of the one before',
  () =>
    atPosts(newDir, {all: {config: {checkInterval: checkSeconds}}}, async (post) => {
      const {box} = post;
      setUpForeign(box);
      const backends = [
        'iptables',
        'ipset',
        'nftables',
        'ipset',
        'iptables',
        'nftables',
        'iptables',
      ];
      for (const [at, backend] of backends.entries()) {
        const config = {backend} as {backend: 'iptables' | 'ipset' | 'nftables'};
        await post.startWhole({}, config);
        if (at === 0) for (const network of blocked) await post.block(network);
        // Between the two both may hold it; never neither.
        await post.kernelComesTo(blocked, 8000);
        const shapes = {
          iptables: /^(?:[46] SPAM_UNAME_GUESSERS|mine)$/,
          ipset: /^(?:[46] SPAM_UNAME_GUESSERS|SPAM_UNAME_GUESSERS-[46]|mine)$/,
          nftables: /^(?:ip6? blocksmtp-SPAM_UNAME_GUESSERS|mine)$/,
        };
        await until('nothing of another backend', async () =>
          (await box.kernel()).parts.every((part) => shapes[config.backend].test(part)),
        );
        await post.kill(at % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
        const {dropped} = await box.kernel();
        expect([...new Set(dropped)]).toEqual([...blocked].sort());
      }
    }),
);

/** The real program, in the box. */
function program(post: Post, words: readonly string[]): string {
  const {folder} = post.box;
  const place = (name: string): string => join(folder, name);
  fs.writeFileSync(
    place('settings'),
    `state_dir = "${place('state')}"\ncontrol_socket = "${place('control')}"\n`,
  );
  const file = join(process.cwd(), 'dist/blocksmtp.js');
  const script = '"$@" > "$OUT" 2>&1 || echo "exit $?" >> "$OUT"';
  const out = place('printed');
  post.box.shell(
    `OUT=${out}; ${script}`,
    process.execPath,
    file,
    ...words,
    `--config=${place('settings')}`,
  );
  return fs.readFileSync(out, 'utf8');
}

inBox('flush leaves the kernel as it was before us, and --keep-blocks forgets nobody', () => {
  const {iptables, ipset, nftables, 'iptables, a tree': tree} = lanes;
  return atPosts(newDir, {iptables, ipset, nftables, tree}, async (post) => {
    const {box} = post;
    setUpForeign(box);
    const before = wholeText(box);
    await post.startWhole();
    for (const network of blocked) await post.block(network);
    await post.kernelComesTo(blocked);
    expect(program(post, ['flush', '--keep-blocks'])).toContain('a daemon runs');
    await post.kernelComesTo(blocked);
    await post.kill('SIGTERM');
    expect(program(post, ['flush', '--keep-blocks'])).toContain('nothing of ours is left');
    expect(wholeText(box)).toBe(before);

    await post.startWhole();
    await post.kernelComesTo(blocked);
    expect(program(post, ['flush'])).toContain('4 blocks are lifted; the empty chain stays');
    await post.kernelComesTo([]);
    await post.block(blocked[0]!);
    await post.kill();
    expect(program(post, ['flush'])).toContain('1 block is lifted, and nothing of ours is left');
    expect(wholeText(box)).toBe(before);
    expect(program(post, ['list'])).toContain('nobody is blocked');
  });
});
