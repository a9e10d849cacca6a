/**
 * A lab: one relay with Debian's sendmail and rsyslog, and clients wired to it, all in namespaces of
 * their own. Several labs can run at the same time, because nothing in them has a name outside. Everything belongs
 * to processes that end with the process that started them, so nothing is left, not even after kill -9.
 */
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {deliveredLately} from '../../support/delivered-lately.js';
import {available, rootFileSystem} from './available.js';
import {Client} from './client.js';
import {program} from './paths.js';
import {Relay} from './relay.js';
import {until} from './until.js';

export type LabOptions = {
  id: string;
  /** time stamps in mail.log: Debian's default, or the classic ones of 'Nov 21 12:00:00' */
  stamps?: 'rfc3339' | 'bsd';
  /** client machines by name; the number is the last part of both addresses (decimal in v4 and v6) */
  clients?: Record<string, number>;
  /** one dual-stack socket only: IPv4 clients then show up in tcp6 as ::ffff:a.b.c.d */
  mappedIpv4?: boolean;
  /** keep /var/lib/blocksmtp on a real disk instead of in memory (the bench) */
  stateOnDisk?: boolean;
  /** start rsyslog and sendmail (default) */
  services?: boolean;
};

export const RELAY = {4: '192.0.2.1', 6: '2001:db8::1'} as const;
const CLIENTS = {attacker: 66, innocent: 10, whitelisted: 20};
const PREFIX = 'blocksmtp-lab-';

export function addressOf(last: number): {4: string; 6: string} {
  return {4: `192.0.2.${String(last)}`, 6: `2001:db8::${String(last)}`};
}

export class Lab {
  static readonly #standing = new Set<Lab>();
  readonly relay: Relay;
  readonly #clients = new Map<string, Client>();
  readonly #stateDir: string | undefined;

  private constructor(relay: Relay, stateDir: string | undefined) {
    this.relay = relay;
    this.#stateDir = stateDir;
    Lab.#standing.add(this);
  }

  static async start(options: LabOptions): Promise<Lab> {
    const state = await available();
    if (!state.ok) throw new Error(state.why);
    await sweep();
    const rootDir = await rootFileSystem();
    const stateDir = options.stateOnDisk
      ? await mkdtemp(join(tmpdir(), `${PREFIX}${String(process.pid)}-${options.id}-`))
      : undefined;
    const relay = await Relay.start(rootDir, stateDir, options.id);
    const lab = new Lab(relay, stateDir);
    try {
      await lab.#wire(options);
      if (existsSync(program)) await relay.install();
      if (options.services !== false) {
        await lab.startSyslog(options.stamps);
        await lab.startSendmail(options.mappedIpv4);
      }
    } catch (error) {
      await lab.stop();
      throw error;
    }
    return lab;
  }

  client(name: string): Client {
    const client = this.#clients.get(name);
    if (!client) throw new Error(`no client ${name}`);
    return client;
  }

  async #wire(options: LabOptions): Promise<void> {
    const at = Object.entries(options.clients ?? CLIENTS);
    const started = await Promise.all(
      at.map(([name, last]) => Client.start(name, addressOf(last), RELAY, options.id)),
    );
    for (const client of started) this.#clients.set(client.name, client);
    await ip(this.relay.pid, [
      'link set lo up',
      'link add br0 type bridge mcast_snooping 0',
      `addr add ${RELAY[4]}/24 dev br0`,
      `addr add ${RELAY[6]}/64 dev br0 nodad`,
      'link set br0 up',
      ...started.flatMap((client, index) => [
        `link add c${String(index)} type veth peer name eth0 netns ${String(client.pid)}`,
        `link set c${String(index)} master br0`,
        `link set c${String(index)} up`,
      ]),
    ]);
    await Promise.all(
      started.map((client) =>
        ip(client.pid, [
          'link set lo up',
          `addr add ${client.addresses[4]}/24 dev eth0`,
          `addr add ${client.addresses[6]}/64 dev eth0 nodad`,
          'link set eth0 up',
        ]),
      ),
    );
    // else the IPv6 socket would take IPv4 too and sendmail's two could not stand side by side
    const only = options.mappedIpv4 ? '0' : '1';
    await this.relay.sh('sysctl', ['-qw', `net.ipv6.bindv6only=${only}`]);
  }

  /** Clients may have addresses in this network too: the relay finds them on its one wire. */
  async reach(network: string): Promise<void> {
    await ip(this.relay.pid, [`route add ${network} dev br0`]);
  }

  async startSyslog(stamps: LabOptions['stamps'] = 'rfc3339'): Promise<void> {
    const file = '/etc/rsyslog.conf';
    const stock = (await this.relay.read(file)).replace(/^module\(load="imklog"\).*$/m, '');
    const classic = '$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat\n';
    if (!stock.startsWith(classic))
      await this.relay.write(file, (stamps === 'bsd' ? classic : '') + stock);
    await this.relay.write('/var/log/mail.log.1', deliveredLately());
    await this.relay.sh('rsyslogd');
    await until('/dev/log', () => existsSync(this.relay.path('/dev/log')));
  }

  async stopSyslog(): Promise<void> {
    await this.relay.run('pkill', ['-x', 'rsyslogd']);
    await until(
      'rsyslogd to end',
      async () => (await this.relay.run('pgrep', ['-x', 'rsyslogd'])).code === 1,
    );
    await this.relay.run('rm', ['-f', '/dev/log']);
  }

  async startSendmail(mappedIpv4 = false): Promise<void> {
    if (mappedIpv4) {
      const file = '/etc/mail/sendmail.cf';
      const cf = await this.relay.read(file);
      await this.relay.write(file, cf.replace(/^O DaemonPortOptions=Family=inet, .*$/m, '#'));
    }
    // as Debian's own start script does
    await this.relay.sh('/usr/sbin/sendmail-mta', ['-Am', '-L', 'sm-mta', '-bd', '-q10m']);
    const client = [...this.#clients.values()][0];
    if (!client) return;
    await until('sendmail to answer', async () => {
      const seen = await Promise.all([client.open({family: 4}), client.open({family: 6})]);
      await Promise.all(seen.filter((s) => s.connected).map((s) => client.close(s.session)));
      return seen.every((s) => s.connected && s.banner?.startsWith('220 '));
    });
  }

  /** All labs of this process, also one whose test failed half way. */
  static async stopAll(): Promise<void> {
    await Promise.all([...Lab.#standing].map((lab) => lab.stop()));
  }

  async stop(): Promise<void> {
    Lab.#standing.delete(this);
    await Promise.all([...this.#clients.values()].map((client) => client.stop()));
    await this.relay.stop();
    if (this.#stateDir !== undefined) await rm(this.#stateDir, {recursive: true, force: true});
  }
}

/** Runs `ip` commands in the network namespace of a process, as one batch. */
async function ip(pid: number, commands: string[]): Promise<void> {
  await execa('nsenter', ['-t', String(pid), '-n', 'ip', '-batch', '-'], {
    input: commands.join('\n') + '\n',
  });
}

/** State directories on disk outlive a killed jest: those of processes that are gone go now. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : NaN;
    if (Number.isInteger(owner) && !existsSync(`/proc/${String(owner)}`)) {
      await rm(join(tmpdir(), name), {recursive: true, force: true});
    }
  }
}
