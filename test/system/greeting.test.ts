/**
 * The greeting as a whole: the daemon, the gate and a real sendmail in one relay, and the kernel's own rules that lead
 * unknown clients to the gate. Each part alone has tests of its own.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Client, Family} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {addressOf, Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const threshold = 4;
/** Short, and long enough to be seen. */
const wait = '--greeting-wait=2s';
/** Half a minute, and what a busy machine takes to look. Ms. */
const withinMs = 45_000;

const clients = {known: 40, talker: 41, guesser: 42, fresh: 43};

class World {
  readonly lab: Lab;
  readonly daemon: Daemon;
  readonly gate: Daemon;

  constructor(lab: Lab, daemon: Daemon, gate: Daemon) {
    [this.lab, this.daemon, this.gate] = [lab, daemon, gate];
  }

  /** Ends when unknown clients are led to the gate, in both families. */
  static async start(mode: 'gate' | 'strict', backend: 'nftables' | 'ipset'): Promise<World> {
    const lab = await Lab.start({id: `greeting-${mode}`, clients});
    await lab.relay.write('/etc/blocksmtp.whitelist', '');
    const words = [`--greeting=${mode}`, wait, '--debug=3'];
    const blocks = [`--backend=${backend}`, `--threshold=${threshold}`, '--block-time=1h'];
    const daemon = lab.relay.daemon([...words, ...blocks]);
    await daemon.ready();
    const gate = lab.relay.start('/usr/sbin/blocksmtp', ['gate', ...words]);
    const world = new World(lab, daemon, gate);
    await gate.waitFor(/gate: unknown clients are served/);
    await until('rules that lead to a gate that is heard', async () => {
      const status = await world.ask('status');
      return /rules: IPv4 stands, IPv6 stands\n.*gate: 0 waiting.* heard /.test(status);
    });
    for (const family of [4, 6] as const) {
      await until(`IPv${family} is led to the gate`, () => world.leads(family, backend));
    }
    return world;
  }

  client(name: keyof typeof clients): Client {
    return this.lab.client(name);
  }

  /** What a command says, whatever its exit code. */
  async ask(...words: string[]): Promise<string> {
    return (await this.lab.relay.blocksmtp(words)).stdout;
  }

  async leads(family: Family, backend: 'nftables' | 'ipset'): Promise<boolean> {
    const {relay} = this.lab;
    if (backend === 'ipset') {
      const rules = await relay.iptables(family, '-t', 'nat', '-S', 'BLOCKSMTP_GREETING');
      return rules.includes('--datestop');
    }
    const ip = family === 4 ? 'ip' : 'ip6';
    const words = ['list', 'set', ip, 'blocksmtp-BLOCKSMTP_GREETING', 'alive'];
    return (await relay.sh('nft', words)).includes('expires');
  }

  /** At which port of the relay the connection from this port of a client is. */
  async servedAt(port: number): Promise<string | undefined> {
    const words = ['-Htn', 'state', 'established', `dport = :${port}`];
    return /:(\d+)\s+\S+:\d+\s*$/.exec((await this.lab.relay.sh('ss', words)).trim())?.[1];
  }

  /** Calls port 25; by which port it is answered, or that nobody answers. */
  async reaches(name: keyof typeof clients, family: Family = 4): Promise<string | undefined> {
    const client = this.client(name);
    const {connected, session, banner, port} = await client.open({family, helo: false});
    if (!connected) return undefined;
    const at = banner?.startsWith('220 relay') === true ? await this.servedAt(port) : undefined;
    await client.close(session);
    return at;
  }

  async waitsOnce(name: keyof typeof clients): Promise<void> {
    expect(await this.reaches(name)).toBe('2500');
    await until(`${name} passes`, async () => (await this.reaches(name)) === '25');
  }

  /** Processes that serve this client. */
  async sessionsOf(address: string): Promise<string[]> {
    const titles = (await this.lab.relay.sh('ps', ['-eo', 'args', '--no-headers'])).split('\n');
    return titles.filter((title) => title.startsWith('sendmail: ') && title.includes(address));
  }
}

describe('the greeting', () => {
  let gated: World;
  let strict: World;

  beforeAll(async () => {
    [gated, strict] = await Promise.all([
      World.start('gate', 'nftables'),
      World.start('strict', 'ipset'),
    ]);
  }, 180_000);
  afterAll(() => Lab.stopAll());

  test('who waits is handed over, counts under its own address, and waits no second time', async () => {
    const client = gated.client('known');
    const {session, banner, port} = await client.open();
    expect(banner).toMatch(/^220 relay/);
    expect(await gated.servedAt(port)).toBe('2500');
    await client.say(session, 'MAIL FROM:<someone@example.org>');
    const {answers} = await client.guess({session, names: ['nosuchuser'], keep: false});
    expect(answers[0]?.line).toMatch(/^550 5\.1\.1 /);
    const address = addressOf(clients.known)[4];
    const why = await until('the name counts', async () => {
      const text = await gated.ask('why', address);
      return text.includes('nosuchuser') && text.includes('goes straight to the mailer') && text;
    });
    expect(why).toContain('it has waited for the greeting');
    expect(await gated.reaches('known')).toBe('25');
    expect(await gated.ask('status')).toContain('of its clients: 1 handed over, 0 early');
  });

  test('its mail arrives through the gate in the other family, too', async () => {
    const sent = {family: 6, to: 'alice@example.net', text: 'waited in IPv6'} as const;
    expect(await gated.client('known').deliver(sent)).toMatchObject({accepted: true});
    const box = await gated.lab.relay.mailbox('alice', 'waited in IPv6');
    expect(box).toContain('[IPv6:2001:db8:0:0:0:0:0:40]');
  });

  test('an early talker hears 554, and that counts', async () => {
    const bytes = 'EHLO bot.example.org\r\n';
    const acts = [{afterMs: 100, kind: 'say', bytes}] as const;
    const [knocked] = await gated.client('talker').knock([{acts}]);
    expect(knocked?.text).toMatch(/^554 5\.5\.0 /);
    const why = await until('early talk counts', async () => {
      const text = await gated.ask('why', addressOf(clients.talker)[4]);
      return text.includes('it spoke before the greeting 1 time') && text;
    });
    expect(why).toContain('EHLO bot.example.org');
    expect(gated.daemon.text).not.toContain(`block ${addressOf(clients.talker)[4]} `);
  });

  test('under strict it is blocked, and gets no answer', async () => {
    const acts = [{afterMs: 100, kind: 'say', bytes: 'EHLO bot\r\n'}] as const;
    const talker = strict.client('talker');
    const [knocked] = await talker.knock([{acts}]);
    expect(knocked?.text).toMatch(/^554 5\.5\.0 /);
    await strict.daemon.waitFor(/notice block 192\.0\.2\.41 /);
    await until('the block stands', async () => (await strict.ask('list')).includes('192.0.2.41'));
    expect((await talker.open({timeoutMs: 1500})).connected).toBe(false);
    expect(await strict.reaches('known')).toBe('2500');
  });

  test('a session that the gate began is cut when its client is blocked', async () => {
    const client = gated.client('guesser');
    const {session, port} = await client.open();
    expect(await gated.servedAt(port)).toBe('2500');
    await client.say(session, 'MAIL FROM:<someone@example.org>');
    const guess = await client.guess({session, count: 60, gapMs: 150, quietMs: 3000, keep: true});
    expect(guess).toMatchObject({silent: true, closed: true});
    expect(guess.answers.length).toBeGreaterThanOrEqual(threshold);
    expect(guess.answers.length).toBeLessThanOrEqual(threshold + 3);
    const line = await gated.daemon.waitFor(/192\.0\.2\.42.*sendmail process \d+/);
    expect(line).toContain('192.0.2.42');
    await until(
      'its process ends',
      async () => (await gated.sessionsOf('192.0.2.42')).length === 0,
    );
    expect((await client.open({timeoutMs: 1500})).connected).toBe(false);
    expect(await gated.reaches('known')).toBe('25');
  });

  test('without the gate, or without the daemon, all reach the mailer within half a minute', async () => {
    await strict.waitsOnce('guesser');
    const ends = [
      {world: gated, known: 'known', killed: gated.gate},
      {world: strict, known: 'guesser', killed: strict.daemon},
    ] as const;
    await Promise.all(
      ends.map(async ({world, known, killed}) => {
        await killed.stop('SIGKILL');
        const looks = async (): Promise<boolean> => {
          // One that is known never notices.
          expect(await world.reaches(known)).toBe('25');
          return (await world.reaches('fresh')) === '25';
        };
        await until('an unknown client reaches the mailer', looks, withinMs);
        expect(await world.reaches(known)).toBe('25');
      }),
    );
    const sent = {to: 'bob@example.net', text: 'without a gate'};
    expect(await gated.client('fresh').deliver(sent)).toMatchObject({accepted: true});
  }, 120_000);
});
