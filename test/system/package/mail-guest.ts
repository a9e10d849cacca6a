/**
 * A booted Debian that is a relay: its own sendmail, clients in a network of their own, and the
 * program under test as its unit would run it, in the same sandbox. Decides nothing about what is
 * tested. What the daemon says goes to a file, so that it is heard while journald is away.
 */
import {cp, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {program, root} from '../lab/paths.js';
import {until} from '../lab/until.js';
import {boot, type Guest} from './guest.js';

const scripts = ['visitor.mjs', 'forge.py'];
const unitFile = '/run/systemd/system/blocksmtp.service';
const saidFile = '/run/said';

/** Debian's cron writes a mail of its own every twenty minutes, which would lie in the queue beside those of a test. */
const network = `set -e
  systemctl stop cron.service
  ip link set lo up
  ip netns add client
  ip link add relay0 type veth peer name client0 netns client
  ip address add 192.0.2.1/24 dev relay0
  ip -netns client link set client0 up
  ip link set relay0 up
  seq 10 120 | sed 's|.*|address add 192.0.2.&/24 dev client0|' | ip -netns client -batch -
  sysctl -qw net.ipv6.bindv6only=1
  systemd-run --quiet --unit mta --property Type=forking \\
    /usr/sbin/sendmail-mta -Am -L sm-mta -bd -q10m`;

export class MailGuest {
  readonly #guest: Guest;
  readonly #dir: string;
  readonly #unit: string;
  #scripts = 0;

  private constructor(guest: Guest, dir: string, unit: string) {
    this.#guest = guest;
    this.#dir = dir;
    this.#unit = unit;
  }

  static async boot(guestRoot: string): Promise<MailGuest> {
    const dir = await mkdtemp(join(tmpdir(), 'blocksmtp-mail-guest-'));
    for (const script of scripts) {
      await cp(join(root, 'test/system/package', script), join(dir, script));
    }
    await cp(program, join(dir, 'blocksmtp.js'));
    const unit = await readFile(join(root, 'init/blocksmtp.service'), 'utf8');
    const guest = new MailGuest(await boot(guestRoot, dir), dir, unit);
    await guest.shell(network);
    return guest;
  }

  async stop(): Promise<void> {
    await this.#guest.stop();
    await rm(this.#dir, {recursive: true, force: true});
  }

  /** Standard output of a script that has to succeed. */
  async shell(text: string): Promise<string> {
    this.#scripts += 1;
    const file = `/run/script-${String(this.#scripts)}.sh`;
    await this.#guest.write(file, text);
    return this.#guest.must(`sh ${file}`);
  }

  /**
   * Runs a command of the program, or another one, in the sandbox of the unit, in the place of the daemon.
   *
   * @returns what it printed
   */
  async inUnit(words: string, other?: string, dropIn = ''): Promise<string> {
    this.#scripts += 1;
    const said = `/run/in-unit-${String(this.#scripts)}`;
    const command = other ?? `/usr/bin/node --liftoff-only /mnt/package/blocksmtp.js ${words}`;
    const script = `${said}.sh`;
    await this.#guest.write(script, `exec ${command}\n`);
    const unit = this.#unit
      .replace(/^ExecStart=.*$/m, `ExecStart=/bin/sh ${script}\nStandardOutput=append:${said}`)
      .replace(/^Type=.*$/m, 'Type=oneshot\nStandardError=append:' + said)
      .replace(/^(?:Restart|WatchdogSec)=.*$/gm, '')
      .replace(/Directory=blocksmtp$/gm, 'Directory=in-unit');
    await this.#guest.write('/run/systemd/system/in-unit.service', unit);
    await this.#guest.must('mkdir -p /run/systemd/system/in-unit.service.d');
    await this.#guest.write('/run/systemd/system/in-unit.service.d/more.conf', dropIn);
    await this.#guest.must('systemctl daemon-reload');
    await this.#guest.run('systemctl start in-unit');
    return (await this.#guest.run(`cat ${said}`)).out;
  }

  /** Starts the daemon with nothing remembered, no block and nothing said. */
  async startAnew(flags: string): Promise<void> {
    await this.#guest.run('systemctl stop blocksmtp');
    await this.shell(`rm -rf ${saidFile} /var/lib/blocksmtp/*
      iptables -F SPAM_UNAME_GUESSERS 2>/dev/null || :`);
    await this.startWith(flags);
  }

  /** Starts it with other flags, and with what it remembers. */
  async startWith(flags: string): Promise<void> {
    const run = `/usr/bin/node --liftoff-only /mnt/package/blocksmtp.js run --debug=3 ${flags}`;
    const unit = this.#unit
      .replace(/^ExecStart=.*$/m, `ExecStart=${run}\nStandardError=append:${saidFile}`)
      .replace(/^Restart=.*$/m, 'Restart=no');
    await this.#guest.run('systemctl stop blocksmtp');
    await this.#guest.write(unitFile, unit);
    await this.#guest.must('systemctl daemon-reload');
    await this.start();
  }

  /** Starts it as it was, after its end; ends when it follows, or waits for, each of its sources. */
  async start(sources = 1): Promise<void> {
    const before = (await this.said()).length;
    await this.#guest.must('systemctl start blocksmtp');
    await until('the daemon to follow', async () => {
      const said = (await this.said()).slice(before);
      return said.filter((line) => /following|waiting for/.test(line)).length >= sources;
    });
  }

  async kill(): Promise<void> {
    await this.#guest.must('systemctl kill --signal=KILL blocksmtp');
    await until(
      'its end',
      async () => (await this.#guest.run('systemctl is-active blocksmtp')).code !== 0,
    );
  }

  async said(): Promise<string[]> {
    const {out} = await this.#guest.run(`cat ${saidFile}`);
    return out.split('\n').filter((line) => line !== '');
  }

  /** The names that were counted against a client, as often as they were, in their order. */
  async counted(client: string): Promise<string[]> {
    const found = (await this.said()).map((line) => / (\S+) asked for <(\S+)@.*: score/.exec(line));
    return found.flatMap((match) => (match?.[1] === client ? [match[2] ?? ''] : []));
  }

  countedAtLeast(client: string, count: number): Promise<true> {
    const what = `${String(count)} names of ${client}`;
    return until(what, async () => (await this.counted(client)).length >= count);
  }

  /** @returns how many answers the client got */
  async visit(client: string, first: number, count: number, gapMs = 0): Promise<number> {
    const words = [client, first, count, gapMs, 0].join(' ');
    return Number(await this.#guest.must(`${visitor} ${words}`));
  }

  /** A client that has asked for one unknown name and stays. @returns its child of sendmail */
  async stayingGuest(client: string): Promise<{pid: number; queueId: string}> {
    await this.shell(`systemd-run --quiet ${visitor} ${client} 0 1 0 30`);
    const pattern = new RegExp(`server \\[${client.replaceAll('.', '\\.')}\\] cmd read`);
    return until(`a child that serves ${client}`, async () => {
      const processes = await this.#guest.must('ps -eo pid,args');
      const pid = Number(
        processes
          .split('\n')
          .find((line) => pattern.test(line))
          ?.trim()
          .split(' ')[0],
      );
      const {out} = await this.#guest.run(`journalctl -t sm-mta -n 200 -o cat _PID=${String(pid)}`);
      const queueId = /^(\w{14,}): <nobody0@/m.exec(out)?.[1];
      return pid > 0 && queueId !== undefined && {pid, queueId};
    });
  }

  /** Who is dropped now. */
  async dropped(): Promise<string[]> {
    const {out} = await this.#guest.run('iptables -S SPAM_UNAME_GUESSERS');
    return [...out.matchAll(/-s (\S+)\/32 .*-j DROP$/gm)].map((match) => match[1] ?? '').sort();
  }

  dropping(client: string): Promise<true> {
    return until(`${client} to be dropped`, async () => (await this.dropped()).includes(client));
  }

  /** A block that an operator made for a second ends. */
  async blockEnds(client: string): Promise<void> {
    await this.#guest.must(`node /mnt/package/blocksmtp.js block ${client} --for 1s`);
    await until(`${client} to be let go`, async () => !(await this.dropped()).includes(client));
  }
}

const visitor = '/usr/bin/ip netns exec client /usr/bin/node /mnt/package/visitor.mjs';
