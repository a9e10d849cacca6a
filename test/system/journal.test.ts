/**
 * The journal as the source, on a real Debian 13 that has booted: its journald, its journalctl, its
 * sendmail and logger(1). The follower runs in the guest in a process of its own, which keeps what
 * it was given together with the cursor, as the daemon does. The steps build on each other.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {root} from './lab/paths.js';
import {patienceMs, until} from './lab/until.js';
import {boot, type Guest} from './package/guest.js';
import {requirePackageLab} from './package/require.js';

interface Given {
  readonly message: string;
  readonly authorship: string;
  readonly pids: readonly (number | undefined)[];
}

const script = `
  import fs from 'node:fs';
  import {sendmail} from './src/mail/sendmail/dialect.js';
  import {JournalFollower} from './src/sys/journal/journal.js';
  import {hasJournal} from './src/sys/journal/journalctl.js';

  const file = '/var/lib/given';
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  // A write that kill -9 cut short has given nothing.
  const whole = text.slice(0, text.lastIndexOf('\\n') + 1);
  if (whole !== text) fs.truncateSync(file, Buffer.byteLength(whole));
  const last = whole.trim().split('\\n').at(-1);
  const resume = last ? JSON.parse(last).position : 'end';
  fs.appendFileSync('/var/lib/events', JSON.stringify({hasJournal: hasJournal()}) + '\\n');
  const follower = new JournalFollower(['sm-mta'], resume, (event) =>
    fs.appendFileSync('/var/lib/events', JSON.stringify(event) + '\\n'));
  for await (const {records, position, caughtUp} of follower.batches(new AbortController().signal)) {
    const given = records.map((record) => ({
      message: record.message,
      authorship: record.writer && sendmail.authorshipOf(record.writer),
      pids: [record.pid, record.writer?.pid],
    }));
    // One write: records and place are there together, or neither.
    fs.appendFileSync(file, JSON.stringify({given, position, caughtUp}) + '\\n');
  }`;

/** Node with our bundle takes 60 to 90 MB; ten megabytes of entries, and the 20,000, must not lie in it. KB. */
const mostPeakKilobytes = 200_000;

/** Systemd, "Native Journal Protocol": NAME=value, or NAME, a line's end, eight bytes of length, and the value. */
const floodScript = String.raw`
  use IO::Socket::UNIX; use Socket;
  my $to = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => '/run/systemd/journal/socket') or die;
  sub entry { my ($text, @more) = @_; $to->send(join '', map { "$_\n" }
    "MESSAGE=$text", 'SYSLOG_IDENTIFIER=sm-mta', 'SYSLOG_FACILITY=2', 'SYSLOG_PID=1', @more) }
  entry('native', '_COMM=sendmail', '_PID=1', '_UID=0', '_EXE=/usr/sbin/sendmail-mta', '_TRANSPORT=syslog',
    '_SYSTEMD_UNIT=sendmail.service', '__CURSOR=x', 'SYSLOG_PID=2', 'MESSAGE=native two');
  my $binary = "binary\n_UID=0\n_COMM=sendmail\n\0\xff";
  $to->send("SYSLOG_IDENTIFIER=sm-mta\nMESSAGE\n" . pack('Q<', length $binary) . $binary . "\n");
  entry('flood ' . 'x' x 100_000) for 1 .. 100;
  for my $i (1 .. 20_000) { entry("flood $i", '_COMM=sendmail') }
`;

/** Everything in one file: the guest has no node_modules. */
function bundleAll(outfile: string): void {
  const options = ['--bundle', '--loader=ts', '--platform=node', '--format=esm'];
  // execa's own dependencies are of the older kind, and call require.
  const banner = `--banner:js=import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);`;
  execFileSync(
    join(root, 'node_modules/.bin/esbuild'),
    [...options, banner, '--log-level=warning', `--outfile=${outfile}`],
    {input: script, cwd: root},
  );
}

/** That of our service: journalctl has to work in it too. */
function sandbox(): string {
  const unit = readFileSync(join(root, 'init/blocksmtp.service'), 'utf8');
  const walls = /^(?:Capability|NoNew|Protect|Private|Lock|Restrict|SystemCall)\w+=.*$/gm;
  const found = [...unit.matchAll(walls)];
  return found.map(([line]) => `'--property=${line}'`).join(' ');
}

const {describe, guestRoot} = await requirePackageLab();

describe('the journal of a booted Debian', () => {
  let dir: string;
  let guest: Guest;

  const given = async (): Promise<Given[]> => {
    const {out} = await guest.run('cat /var/lib/given');
    // The follower may be in the middle of its last line.
    const lines = out.split('\n').filter((line) => /^\{.*"caughtUp":(?:true|false)\}$/.test(line));
    return lines.flatMap((line) => (JSON.parse(line) as {given: Given[]}).given);
  };
  const givenLike = async (pattern: RegExp): Promise<Given[]> =>
    (await given()).filter(({message}) => pattern.test(message));
  const counted = async (name: string): Promise<number[]> =>
    (await givenLike(new RegExp(`^${name} \\d+$`))).map(({message}) =>
      Number(message.slice(name.length + 1)),
    );
  const shell = async (name: string, text: string): Promise<string> => {
    await guest.write(`/run/${name}.sh`, text);
    return guest.must(`sh /run/${name}.sh`);
  };
  /** Writes `name 0`, `name 1`… as the mailer would be heard; runs beside what the test does. */
  const write = (name: string, count: number): Promise<string> =>
    shell(name, `for i in $(seq 0 ${count - 1}); do logger -t sm-mta "${name} $i"; done`);
  /** What an ordinary user can do to be taken for the mailer, and then what root can do. */
  const forge = (name: string): Promise<string> =>
    shell(
      'forge',
      `cp /usr/bin/logger /run/sendmail
       as_alice() { setpriv --reuid=alice --regid=nogroup --clear-groups "$@"; }
       as_alice logger -t sm-mta --id=1 ${name} by-alice
       as_alice /run/sendmail -t sm-mta --id=1 ${name} by-name
       as_alice /usr/sbin/sendmail -L sm-mta -bs </dev/null
       yes "${name} by-root" | head -n 1 | (sleep 0.2; exec logger -t sm-mta --id=1)`,
    );
  /**
   * What alice can do over the journal's own socket: fields of any name, binary ones, a very long one, and
   * 20,000 entries. None is the mailer's, and the follower's memory stays within a bound.
   */
  const flood = async (): Promise<void> => {
    await guest.write('/run/flood.pl', floodScript);
    // In a unit of its own: journald limits the rate of each.
    const asAlice = '--property=User=alice --quiet --collect';
    await guest.must(`systemd-run --unit=flood ${asAlice} perl /run/flood.pl`);
    await forgotten('flood');
    await write('afterflood', 3);
    await arrived('afterflood', 3);
    const forged = await givenLike(/^(?:native|binary|flood)/);
    expect(forged.length).toBeGreaterThan(0);
    expect(new Set(forged.map(({authorship}) => authorship))).toEqual(new Set(['other']));
    const pid = await guest.must('systemctl show --value --property=MainPID follower');
    const peak = await guest.must(`grep VmHWM /proc/${pid.trim()}/status`);
    expect(Number(/(\d+) kB/.exec(peak)?.[1])).toBeLessThan(mostPeakKilobytes);
  };
  const numbers = (count: number): number[] => Array.from({length: count}, (_, i) => i);
  const startFollower = (): Promise<string> =>
    shell(
      'start',
      `exec systemd-run --quiet --collect --unit=follower ${sandbox()} \\
         --property=ReadWritePaths=/var/lib node /mnt/package/follow.mjs`,
    );
  const forgotten = (unit: string): Promise<unknown> =>
    until(
      `systemd to forget ${unit}`,
      async () =>
        /=not-found/.test(await guest.must(`systemctl show --property=LoadState ${unit}`)),
      patienceMs,
    );
  /** As `kill -9` by an administrator. A unit's name is free again only when systemd forgot it. */
  const crashFollower = async (): Promise<void> => {
    await guest.must('systemctl kill --signal=KILL --kill-whom=main follower');
    await forgotten('follower');
  };
  const arrived = (name: string, count: number): Promise<true> =>
    until(
      `${count} of ${name}`,
      async () => (await counted(name)).length >= count || false,
      patienceMs,
      100,
    );

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blocksmtp-journal-'));
    bundleAll(join(dir, 'follow.mjs'));
    await cp(join(root, 'test/system/package/guess.mjs'), join(dir, 'guess.mjs'));
    guest = await boot(guestRoot, dir);
    await guest.must('systemctl stop rsyslog.service syslog.socket');
    await startFollower();
    await until('a place', async () =>
      /position/.test((await guest.run('cat /var/lib/given')).out),
    );
  });

  afterAll(async () => {
    await (guest as Guest | undefined)?.stop();
    await rm(dir, {recursive: true, force: true});
  });

  test('there is one to be read', async () => {
    expect(await guest.must('cat /var/lib/events')).toContain('{"hasJournal":true}');
  });

  test('a place is kept at once: lines before the first one are not lost in a crash', async () => {
    await crashFollower();
    await write('first', 3);
    await startFollower();
    await arrived('first', 3);
    expect(await counted('first')).toEqual(numbers(3));
  });

  test('the mailer’s own lines are told apart from those of others', async () => {
    await guest.must('ip link set lo up');
    await guest.must('sysctl -qw net.ipv6.bindv6only=1');
    const mta = '/usr/sbin/sendmail-mta -Am -L sm-mta -bd -q10m';
    await guest.must(`systemd-run --unit mta --property Type=forking ${mta}`);
    expect(await guest.must('node /mnt/package/guess.mjs 127.0.0.1 3')).toBe('3');
    await forge('persistent');
    await until('the forgery', async () => (await givenLike(/by-root/)).length > 0);
    const unknown = await givenLike(/<nobody\d@example\.net>\.\.\. User unknown/);
    expect(unknown.map(({authorship}) => authorship)).toEqual(['mailer', 'mailer', 'mailer']);
    expect(unknown.every(({pids}) => pids[0] === pids[1])).toBe(true);
    expect(await givenLike(/^persistent/)).toMatchObject([
      {message: 'persistent by-root', authorship: 'other', pids: [1, expect.any(Number)]},
    ]);
  });

  test('a restart of journald, and its death, lose nothing', async () => {
    const writing = write('restart', 300);
    await guest.must('systemctl restart systemd-journald');
    await guest.must('systemctl kill --signal=KILL systemd-journald');
    await writing;
    await arrived('restart', 300);
    expect(await counted('restart')).toEqual(numbers(300));
  });

  test('rotation and vacuuming lose nothing', async () => {
    const writing = write('rotate', 300);
    await guest.must('journalctl --rotate');
    await guest.must('journalctl --rotate --vacuum-files=1');
    await writing;
    await arrived('rotate', 300);
    expect(await counted('rotate')).toEqual(numbers(300));
  });

  test('kill -9 of the follower, again and again, neither loses nor repeats', async () => {
    const writing = write('kill', 600);
    for (let i = 0; i < 4; i += 1) {
      await crashFollower();
      await startFollower();
    }
    await writing;
    await arrived('kill', 600);
    expect(await counted('kill')).toEqual(numbers(600));
    expect((await guest.run('pgrep -c journalctl')).out).toBe('1');
  });

  test('a journal that moves from /run to /var is followed there', async () => {
    await shell('volatile', 'rm -rf /var/log/journal; systemctl restart systemd-journald');
    await write('moved', 3);
    await arrived('moved', 3);
    // One file for all here: what was alice's comes too, and is known as hers.
    await forge('volatile');
    await until('the forgery', async () => (await givenLike(/volatile by-root/)).length > 0);
    const forged = await givenLike(/^volatile|user 1000 changed syslog label/);
    expect(forged.map(({message}) => message)).toEqual([
      'volatile by-alice',
      'volatile by-name',
      'user 1000 changed syslog label',
      'volatile by-root',
    ]);
    expect(new Set(forged.map(({authorship}) => authorship))).toEqual(new Set(['other']));
    await flood();
    await shell('persistent', 'mkdir /var/log/journal; journalctl --flush; ls /var/log/journal/*');
    await write('back', 3);
    await arrived('back', 3);
    expect([await counted('moved'), await counted('back')]).toEqual([numbers(3), numbers(3)]);
  });
});
