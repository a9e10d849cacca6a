/** The whole greeting in one relay: the daemon, the gate, a real sendmail, and rules that lead unknown clients to the gate. */
import type {Client, Family} from './client.js';
import type {Daemon} from './daemon.js';
import {Lab} from './lab.js';
import {until} from './until.js';

/** Names that a client may guess. A count. */
export const threshold = 4;
/** Short, and long enough to be seen. */
const wait = '--greeting-wait=2s';

export const clients = {known: 40, talker: 41, guesser: 42, fresh: 43};

export class World {
  readonly lab: Lab;
  readonly daemon: Daemon;
  readonly gate: Daemon;

  constructor(lab: Lab, daemon: Daemon, gate: Daemon) {
    [this.lab, this.daemon, this.gate] = [lab, daemon, gate];
  }

  /** Resolves when the rules lead unknown clients to the gate, in both families. */
  static async start(
    id: string,
    mode: 'gate' | 'strict',
    backend: 'nftables' | 'ipset',
  ): Promise<World> {
    const lab = await Lab.start({id, clients});
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

  /** The output of a command, whatever its exit code. */
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

  /** The port of the relay at which the connection from this port of a client is served. */
  async servedAt(port: number): Promise<string | undefined> {
    const words = ['-Htn', 'state', 'established', `dport = :${port}`];
    return /:(\d+)\s+\S+:\d+\s*$/.exec((await this.lab.relay.sh('ss', words)).trim())?.[1];
  }

  /** Calls port 25. Gives the port that answers; undefined: no answer. */
  async reaches(name: keyof typeof clients, family: Family = 4): Promise<string | undefined> {
    const client = this.client(name);
    const {connected, session, banner, port} = await client.open({family, helo: false});
    if (!connected) return undefined;
    const at = banner?.startsWith('220 relay') === true ? await this.servedAt(port) : undefined;
    await client.close(session);
    return at;
  }

  async waitsOnce(name: keyof typeof clients): Promise<void> {
    const first = await this.reaches(name);
    if (first !== '2500') throw new Error(`${name} did not wait: it is served at ${first}`);
    await until(`${name} passes`, async () => (await this.reaches(name)) === '25');
  }

  /** Processes that serve this client. */
  async sessionsOf(address: string): Promise<string[]> {
    const titles = (await this.lab.relay.sh('ps', ['-eo', 'args', '--no-headers'])).split('\n');
    return titles.filter((title) => title.startsWith('sendmail: ') && title.includes(address));
  }
}
