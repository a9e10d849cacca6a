/**
 * What becomes of clients when the gate stops without a word: a process that is stopped (SIGSTOP) still holds its port,
 * and one that is killed leaves it closed. And what is left of `gate` when a daemon starts with `off`.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import {clients, World} from './lab/greeting-world.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

/** What the kernel keeps of a gate that nobody hears. Ms. */
const lapseMs = 30_000;
/** What a busy machine takes to look. Ms. */
const marginMs = 15_000;
/** A client that waits at a gate which nobody serves gives up after so long. Ms. */
const briefMs = 1500;

describe('a gate that stops', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start('greeting-stops', 'gate', 'nftables');
    await world.waitsOnce('known');
  }, 300_000);
  afterAll(() => Lab.stopAll());

  /** Whether the mailer itself greets a client that it does not know; how, if not. */
  async function freshReaches(): Promise<'mailer' | 'closed' | 'silent'> {
    const client = world.client('fresh');
    const opened = await client.open({helo: false, timeoutMs: briefMs});
    if (!opened.connected) return 'closed';
    const at = opened.banner === null ? undefined : await world.servedAt(opened.port);
    await client.close(opened.session);
    return at === '25' ? 'mailer' : 'silent';
  }

  test.each([
    ['SIGSTOP', 'silent'],
    ['SIGKILL', 'closed'],
  ] as const)(
    'after %s known clients notice nothing, unknown ones have the mailer in half a minute',
    async (signal, before) => {
      // A gate that works, and an unknown client that is led to it.
      expect(await world.leads(4, 'nftables')).toBe(true);
      const beganMs = Date.now();
      await world.gate.signal(signal);
      if (signal === 'SIGKILL') await world.gate.exit;
      expect(await freshReaches()).toBe(before);
      const seen = new Set<string>();
      await until(
        'an unknown client to reach the mailer',
        async () => {
          expect(await world.reaches('known')).toBe('25');
          const now = await freshReaches();
          seen.add(now);
          return now === 'mailer';
        },
        lapseMs + marginMs,
      );
      expect(Date.now() - beganMs).toBeLessThan(lapseMs + marginMs);
      expect([...seen].sort()).toEqual([before, 'mailer'].sort());
      // And it stays so.
      expect(await freshReaches()).toBe('mailer');
      expect(await world.reaches('known')).toBe('25');
      if (signal === 'SIGKILL') return;
      await world.gate.signal('SIGCONT');
      await until('the gate to be heard again', () => world.leads(4, 'nftables'));
      expect(await world.reaches('talker')).toBe('2500');
    },
    180_000,
  );
});

describe('off after gate', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.start({id: 'greeting-off', clients: {stranger: clients.fresh}});
  }, 300_000);
  afterAll(() => Lab.stopAll());

  /** All rules and sets of the kernel that have the name. */
  async function left(): Promise<string[]> {
    const {relay} = lab;
    const texts = await Promise.all([
      relay.sh('iptables-save'),
      relay.sh('ip6tables-save'),
      relay.sh('ipset', ['list', '-n']),
      relay.sh('nft', ['list', 'tables']),
    ]);
    return texts.flatMap((text) => text.split('\n').filter((line) => /greeting/i.test(line)));
  }

  test.each([
    ['nftables', 'iptables'],
    ['ipset', 'nftables'],
    ['iptables', 'ipset'],
  ])(
    'nothing of %s is left under %s, also after kill -9',
    async (former, now) => {
      const run = async (greeting: string, backend: string): Promise<Daemon> => {
        const daemon = lab.relay.daemon([`--greeting=${greeting}`, `--backend=${backend}`]);
        await daemon.ready();
        return daemon;
      };
      const gating = await run('gate', former);
      await until('rules of the greeting', async () => (await left()).length > 0);
      await gating.stop('SIGKILL');
      expect((await left()).join('\n')).toContain('BLOCKSMTP_GREETING');
      const off = await run('off', now);
      await until('rules to go', async () => (await left()).length === 0);
      const {banner} = await lab.client('stranger').open();
      expect(banner).toMatch(/^220 relay/);
      expect((await lab.relay.blocksmtp(['status'])).stdout).not.toMatch(/BLOCKSMTP_GREETING/);
      await off.stop();
      expect(off.text).not.toMatch(/ (?:error|warning) .*greeting/);
      expect(await left()).toEqual([]);
    },
    180_000,
  );

  test('a client that was led to a gate which is gone has the mailer at once', async () => {
    const gating = lab.relay.daemon(['--greeting=gate', '--backend=nftables']);
    await gating.ready();
    const gate = lab.relay.start('/usr/sbin/blocksmtp', ['gate', '--greeting=gate']);
    const stranger = lab.client('stranger');
    const isLed = async (): Promise<boolean> => {
      const table = ['ip', 'blocksmtp-BLOCKSMTP_GREETING'];
      const {stdout} = await lab.relay.run('nft', ['list', 'set', ...table, 'alive']);
      return stdout.includes('expires');
    };
    await until('clients to be led to the gate', isLed);
    await gate.stop('SIGKILL');
    await gating.stop('SIGKILL');
    const [knocked] = await stranger.knock([{acts: [], until: '220 '}], briefMs);
    expect(knocked?.text).toBe('');
    const off = lab.relay.daemon(['--greeting=off', '--backend=nftables']);
    await off.ready();
    await until('rules to go', async () => (await left()).length === 0);
    expect((await stranger.open()).banner).toMatch(/^220 relay/);
    await off.stop();
  }, 300_000);
});
