/**
 * What goes wrong with the programs of the firewall, for each backend: missing, without rights,
 * hanging, failing, killed half-way, kept out by a lock. The log reports it in a bounded number of
 * lines; `status` tells the truth meanwhile; and when it is over the kernel soon holds what it
 * should.
 */
import {expect} from '@jest/globals';
import {enforcedShare, isGood} from '../../../src/report/status.js';
import {type BackendName, Box, boxNeeds} from './box.js';
import type {Post} from './guarded.js';
import {atPosts} from './posts.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const inBox = whereAvailable(boxNeeds);

/** The programs that each backend runs. */
const programs: Readonly<Record<BackendName, readonly string[]>> = {
  iptables: ['iptables-save', 'iptables-restore', 'ip6tables-save', 'ip6tables-restore'],
  ipset: ['iptables-save', 'ip6tables-save', 'iptables-restore', 'ip6tables-restore', 'ipset'],
  nftables: ['nft'],
};

const lane = (backend: BackendName) => ({
  backend,
  config: {backend, checkInterval: 3600} as const,
});
const lanes = {
  iptables: lane('iptables'),
  ipset: lane('ipset'),
  nftables: lane('nftables'),
};

function replaceAll(box: Box, backend: BackendName, script: string): void {
  for (const program of programs[backend]) box.replace(program, script);
}

/** What changes the kernel: the others only read. */
const changes = `case "$*" in *restore*|'-f -') change=yes;; *) change=no;; esac
case "$0" in *-restore) change=yes;; esac`;

interface Fault {
  readonly begin: (box: Box, backend: BackendName) => void;
  readonly end: (box: Box) => void;
  readonly told: RegExp;
}

const restore = (box: Box): void => box.restore();

const faults: Readonly<Record<string, Fault>> = {
  'the programs are missing': {
    begin: (box) => box.shell('mount -t tmpfs x /usr/sbin'),
    end: (box) => box.shell('umount /usr/sbin'),
    told: /^error IPv4 firewall: .*ENOENT.*trying again/m,
  },
  'the programs have no right to it': {
    begin: (box, backend) => {
      const drop = 'exec setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$real" "$@"';
      replaceAll(box, backend, drop);
    },
    end: restore,
    told: /^error IPv4 firewall: .*(?:[Pp]ermission|not permitted|must be root).*trying again/m,
  },
  'all calls fail': {
    begin: (box, backend) => replaceAll(box, backend, 'echo "out of order" >&2; exit 4'),
    end: restore,
    told: /^error IPv4 firewall: .*out of order.*trying again/m,
  },
  'changes are killed when they have read half of what they are told': {
    begin: (box, backend) => {
      // ipset does line by line what it reads; the others all or nothing.
      const half = `all=$(cat); lines=$(echo "$all" | wc -l)
        case "$real" in */ipset) echo "$all" | head -n $((lines / 2)) | "$real" "$@";; esac
        kill -9 $$`;
      replaceAll(box, backend, `${changes}\n[ $change = no ] && exec "$real" "$@"\n${half}`);
    },
    end: restore,
    told: /^error IPv4 firewall: .*SIGKILL.*trying again/m,
  },
};

const [blocked, unblocked, verdict, sixth] = [
  '192.0.2.7',
  '192.0.2.8',
  '203.0.113.9',
  '2001:db8::7',
];
const network = '198.51.100.0/24';

/** Some of all kinds stand, and one is about to end. */
async function prepare(post: Post, terms: {callTimeoutMs?: number} = {}): Promise<void> {
  await post.startWhole(terms);
  await post.block(network);
  await post.block(unblocked);
  await post.kernelComesTo([network, unblocked]);
  expect(isGood(await post.status())).toBe(true);
}

const errors = (post: Post): number => (post.child?.output().match(/^error /gm) ?? []).length;

for (const [name, fault] of Object.entries(faults)) {
  inBox(`${name}: logged, shown, and made good`, () =>
    atPosts(newDir, lanes, async (post, {backend}) => {
      const {box} = post;
      // No tool waits then: one that was started before the fault would do its work.
      await prepare(post, {callTimeoutMs: 20_000});
      fault.begin(box, backend);
      const answers = [
        await post.block(blocked),
        await post.block(sixth),
        await post.unblock(unblocked),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({
          kind: 'done',
          message: expect.stringContaining('refuses now'),
        });
      }
      post.guess(verdict);
      await post.says(new RegExp(`^notice block ${verdict}`, 'm'));
      await post.says(fault.told);
      const status = await post.status();
      expect(isGood(status)).toBe(false);
      expect(enforcedShare(status.families)).toBeLessThan(1);
      expect(status.families.every(({failure}) => failure !== undefined)).toBe(true);
      expect((await box.kernel()).dropped).toContain(network);
      expect(errors(post)).toBeLessThan(12);

      fault.end(box);
      await post.kernelComesTo([blocked, network, sixth, verdict], 8000);
      await until('all to be good', async () => isGood(await post.status()));
      await post.says(/IPv4 firewall: in order again/);
      await post.says(/IPv6 firewall: in order again/);
      expect((await box.kernel()).orphans).toEqual([]);
    }),
  );
}

inBox(
  'killed after the work and before the answer: nothing is done twice, nobody is troubled',
  () =>
    atPosts(newDir, lanes, async (post, {backend}) => {
      await prepare(post);
      const script = `${changes}\n[ $change = no ] && exec "$real" "$@"\n"$real" "$@"\nkill -9 $$`;
      replaceAll(post.box, backend, script);
      await post.block(blocked);
      await post.block(sixth);
      await post.unblock(unblocked);
      await post.kernelComesTo([blocked, network, sixth]);
      await until('all to be good', async () => isGood(await post.status()));
      expect(errors(post)).toBe(0);
    }),
);

inBox('half of all calls fail, two in a row: all is done in the end', () =>
  atPosts(newDir, lanes, async (post, {backend}) => {
    await prepare(post);
    // Two, for what is read is changed by the same program: every second call would be each change.
    const script = `n=$(cat "$0.count" 2>/dev/null || echo 0); echo $((n + 1)) > "$0.count"
        [ $((n % 4)) -lt 2 ] || { echo "out of order" >&2; exit 4; }\nexec "$real" "$@"`;
    replaceAll(post.box, backend, script);
    for (let i = 1; i <= 6; i++) await post.block(`203.0.113.${i}`);
    await post.unblock(unblocked);
    const six = Array.from({length: 6}, (_, i) => `203.0.113.${i + 1}`);
    await post.kernelComesTo([network, ...six], 10_000);
    expect(errors(post)).toBeLessThan(20);
  }),
);

inBox('a program that hangs is given up in time; the operator is answered, and status tells', () =>
  atPosts(newDir, lanes, async (post, {backend}) => {
    // Two tries in a row take longer than the operator is kept waiting.
    await prepare(post, {callTimeoutMs: 7000});
    replaceAll(post.box, backend, 'exec sleep 1000');
    const askedMs = performance.now();
    const answer = await post.block(blocked);
    expect(answer).toMatchObject({kind: 'done', message: expect.stringContaining('refuses now')});
    expect(performance.now() - askedMs).toBeLessThan(15_000);
    const hanging = await post.status();
    expect(isGood(hanging)).toBe(false);
    expect(enforcedShare(hanging.families)).toBe(2 / 3);
    await post.says(/^error IPv4 firewall: .*timed out.*trying again/m, 30_000);
    post.box.restore();
    await post.kernelComesTo([blocked, network, unblocked], 30_000);
    await until('all to be good', async () => isGood(await post.status()));
  }),
);

/** The older iptables, in place of the machine's: it has a lock, and tells when it waits for it. */
function useLegacy(box: Box): void {
  for (const tool of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-save', '-restore']) {
      box.replace(`${tool}${suffix}`, `exec /usr/sbin/${tool}-legacy${suffix} "$@"`);
    }
  }
}

const withLegacy = whereAvailable({
  ...boxNeeds,
  works: ['unshare', '--net', 'iptables-legacy', '-S'],
});

withLegacy('another tool holds the lock of xtables: waiting work is done when it is free', () =>
  atPosts(newDir, {legacy: lane('iptables')}, async (post) => {
    const {box} = post;
    const drops = (): string => box.run('iptables-legacy-save', ['-t', 'filter']);
    useLegacy(box);
    await post.startWhole();
    await post.block(network);
    await until('the network', () => drops().includes(network));
    const held = 'flock /run/xtables.lock sleep 1000 > /dev/null 2>&1 & echo $! > "$1"';
    box.shell(held, `${box.folder}/holder`);
    const answer = await post.block(blocked);
    expect(answer).toMatchObject({kind: 'done', message: expect.stringContaining('refuses now')});
    expect(isGood(await post.status())).toBe(false);
    await post.says(/^error IPv4 firewall: .*xtables lock.*trying again/m, 30_000);
    expect(drops()).not.toContain(blocked);
    box.shell('pkill -P "$(cat "$1")"; kill "$(cat "$1")" || :', `${box.folder}/holder`);
    await until('the block', () => drops().includes(blocked));
    await until('all to be good', async () => isGood(await post.status()));
  }),
);
