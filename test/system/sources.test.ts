/**
 * Where the lines come from, with the real program in its sandbox on a booted Debian: the journal
 * alone, found by `auto`; the journal and files at once, each name counted once whichever tells it
 * first; logs of a pattern that come later. Killed, without journald and without journalctl it
 * neither loses nor repeats, lives on, and lets blocks end.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {sleep, until} from './lab/until.js';
import {MailGuest} from './package/mail-guest.js';
import {requirePackageLab} from './package/require.js';

const {describe, guestRoot} = await requirePackageLab();

/** A score is what was counted: nothing is forgiven while a test runs. */
const exact = '--threshold=10';
const journald =
  'systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald';
const names = (count: number): string[] => Array.from({length: count}, (_, i) => `nobody${i}`);

describe('sources of a booted Debian', () => {
  let guest: MailGuest;

  const lastScore = async (client: string): Promise<string | undefined> =>
    (await guest.said())
      .map((line) => / (\S+) asked for .*: score ([\d.]+)/.exec(line))
      .filter((match) => match?.[1] === client)
      .at(-1)?.[2];
  const signal = (name: string, process: string): Promise<string> =>
    guest.shell(`pkill -${name} -x ${process}`);
  const saying = async (pattern: RegExp): Promise<string[]> =>
    (await guest.said()).filter((line) => pattern.test(line));
  /** One name short of the threshold; then one more, which shows that none was lost. */
  const atTheEdge = async (client: string): Promise<void> => {
    await until('the ninth name', async () => (await lastScore(client)) === '9.0');
    expect(await guest.dropped()).not.toContain(client);
    await guest.visit(client, 9, 1);
    await guest.dropping(client);
  };

  beforeAll(async () => {
    guest = await MailGuest.boot(guestRoot);
    await guest.shell('systemctl stop rsyslog.service syslog.socket; rm -f /var/log/mail.log');
  });

  afterAll(async () => {
    await (guest as MailGuest | undefined)?.stop();
  });

  test('auto, where there is no log file: a guesser is dropped by the journal', async () => {
    await guest.startAnew('--syslog-msgs-file=auto --threshold=10');
    const answers = await guest.visit('192.0.2.20', 0, 40, 20);
    expect(answers).toBeGreaterThanOrEqual(10);
    expect(answers).toBeLessThanOrEqual(25);
    expect(await guest.dropped()).toEqual(['192.0.2.20']);
    expect(await saying(/following/)).toEqual([expect.stringMatching(/following the journal$/)]);
  });

  test('killed in the middle while journald starts anew: nothing lost, nothing twice', async () => {
    await guest.startAnew(`--syslog-msgs-file=journal ${exact}`);
    const visit = guest.visit('192.0.2.21', 0, 9, 80);
    await guest.countedAtLeast('192.0.2.21', 3);
    await guest.kill();
    await guest.shell('systemctl restart systemd-journald');
    await guest.shell('systemctl kill --signal=KILL systemd-journald');
    expect(await visit).toBe(9);
    await guest.start();
    await atTheEdge('192.0.2.21');
  });

  test('follows quietly: one journalctl, few descriptors, hardly any work', async () => {
    const look = `pid=$(systemctl show --value --property MainPID blocksmtp)
      echo $(pgrep -c -x journalctl) $(ls /proc/$pid/fd | wc -l) $(cut -d' ' -f14,15 /proc/$pid/stat)`;
    const before = (await guest.shell(look)).split(' ').map(Number);
    await sleep(2000);
    const [children, descriptors, ...ticks] = (await guest.shell(look)).split(' ').map(Number);
    expect(children).toBe(1);
    expect(descriptors).toBeLessThan(60);
    const spent = ticks.map((now, i) => now - (before[i + 2] ?? 0));
    expect((spent[0] ?? 0) + (spent[1] ?? 0)).toBeLessThan(20); // of 200
  });

  test('without journald and journalctl it lives on, says so once, and blocks end', async () => {
    await guest.shell(`mv /usr/bin/journalctl /usr/bin/away; systemctl stop ${journald}`);
    await guest.startAnew('--syslog-msgs-file=journal --threshold=10');
    await guest.blockEnds('203.0.113.9');
    expect(await saying(/waiting for the journal: .*journalctl/)).toHaveLength(1);
    await guest.shell(`systemctl start ${journald}; mv /usr/bin/away /usr/bin/journalctl`);
    await until('the journal', async () => (await saying(/following/)).length > 0);
    await guest.visit('192.0.2.22', 0, 10);
    await guest.dropping('192.0.2.22');
  });

  test('a journal without journald is followed, and blocks end', async () => {
    await guest.shell(`systemctl stop ${journald}`);
    await guest.startAnew('--syslog-msgs-file=journal --threshold=10');
    await guest.blockEnds('203.0.113.9');
    await guest.shell(`systemctl start ${journald}`);
    await guest.visit('192.0.2.23', 0, 10);
    await guest.dropping('192.0.2.23');
  });

  test('a source that cannot be is reported in one line, with status 78', async () => {
    const bad = [
      'auto,/x',
      'journal,auto',
      'mail.log',
      '',
      '/var/log/mail.log,',
      '/var/*/mail.log',
    ];
    const script = bad.map(
      (sources) => `timeout 30 node /mnt/package/blocksmtp.js run \
        '--syslog-msgs-file=${sources}' >/run/out 2>&1; echo $? $(wc -l </run/out) $(cat /run/out)`,
    );
    const answers = (await guest.shell(script.join('\n'))).split('\n');
    const expected = bad.map((sources): unknown =>
      expect.stringContaining(`78 1 blocksmtp: --syslog-msgs-file: "${sources}": expected `),
    );
    expect(answers).toEqual(expected);
  });

  test('a source that may still come is waited for, in one line each, and blocks end', async () => {
    const waited = ['/var/log', '/var/log/none.log', '/nowhere/none.log', '/var/log/none/*.log'];
    await guest.startAnew(`--syslog-msgs-file=${waited.join(',')}`);
    await guest.blockEnds('203.0.113.9');
    const said = await saying(/waiting for/);
    expect(said).toHaveLength(waited.length);
    for (const source of waited) expect(said.join('\n')).toMatch(source);
  });

  test('a pattern that nothing fits: blocks end, and a new file is read from its start', async () => {
    await guest.shell('mkdir -p /var/log/relays');
    await guest.startAnew(`--syslog-msgs-file=/var/log/relays/*.log ${exact}`);
    expect(await saying(/waiting for .*relays/)).toHaveLength(1);
    await guest.blockEnds('203.0.113.9');
    const writeTo = (name: string): Promise<string> =>
      guest.shell(`echo 'mail.* /var/log/relays/${name}.log' >/etc/rsyslog.d/relays.conf
        systemctl start syslog.socket; systemctl restart rsyslog`);
    await writeTo('one');
    await guest.visit('192.0.2.24', 0, 5);
    await guest.countedAtLeast('192.0.2.24', 5);
    await writeTo('two');
    await guest.visit('192.0.2.24', 5, 4);
    await atTheEdge('192.0.2.24');
  });

  describe('and a file that rsyslog fills', () => {
    beforeAll(async () => {
      await guest.shell('systemctl start syslog.socket rsyslog; logger -p mail.info hello');
    });

    test('a file and the journal: each name once, whichever is first, also over a kill', async () => {
      const client = '192.0.2.25';
      await guest.startAnew(`--syslog-msgs-file=/var/log/mail.log,journal ${exact}`);
      await until('both', async () => (await saying(/following/)).length === 2);
      await signal('STOP', 'rsyslogd');
      await guest.visit(client, 0, 4);
      await guest.countedAtLeast(client, 4);
      await signal('STOP', 'journalctl');
      await signal('CONT', 'rsyslogd');
      await guest.visit(client, 4, 4);
      await guest.countedAtLeast(client, 8);
      await signal('CONT', 'journalctl');
      await guest.visit(client, 8, 1);
      await guest.countedAtLeast(client, 9);
      await sleep(300);
      expect(await guest.counted(client)).toEqual(names(9));
      await guest.kill();
      await guest.start(2);
      await atTheEdge(client);
    });

    test('a session that the file and the journal report in pieces is one', async () => {
      // As sendmail whose process is gone: the kernel cannot tell, and the host is written in two ways.
      const write = (text: string): Promise<string> =>
        guest.shell(`mkdir -p /run/forged; cp /usr/bin/logger /run/forged/sendmail
        say() { /run/forged/sendmail -p mail.info -t sm-mta --id=99901 -- "6ALH00xx099901: $1"; }
        ${text}`);
      await guest.startAnew('--syslog-msgs-file=/var/log/mail.log,journal --threshold=10');
      await until('both', async () => (await saying(/following/)).length === 2);
      await signal('STOP', 'rsyslogd');
      await write('for i in $(seq 0 9); do say "<ghost$i@example.net>... User unknown"; done');
      await sleep(500); // time for journalctl
      await signal('STOP', 'journalctl');
      await signal('CONT', 'rsyslogd');
      await write(
        'say "from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4, relay=[192.0.2.26]"',
      );
      await guest.dropping('192.0.2.26');
      await signal('CONT', 'journalctl');
    });

    test('two files with the same lines', async () => {
      await guest.startAnew(`--syslog-msgs-file=/var/log/mail.log,/var/log/syslog ${exact}`);
      await until('both', async () => (await saying(/following/)).length === 2);
      await guest.visit('192.0.2.27', 0, 9);
      await guest.countedAtLeast('192.0.2.27', 9);
      await sleep(300);
      expect(await guest.counted('192.0.2.27')).toEqual(names(9));
      await guest.kill();
      await guest.start(2);
      await atTheEdge('192.0.2.27');
    });

    test('from the journal to the file and back: lines that one has counted weigh nothing in the other', async () => {
      const client = '192.0.2.28';
      const strict = '--threshold=3';
      await guest.startAnew(`--syslog-msgs-file=journal ${strict}`);
      await guest.startWith(`--syslog-msgs-file=/var/log/mail.log ${strict}`);
      expect(await guest.visit(client, 0, 2)).toBe(2);
      await guest.countedAtLeast(client, 2);
      await guest.startWith(`--syslog-msgs-file=journal ${strict}`);
      await guest.visit('192.0.2.29', 0, 3);
      await guest.dropping('192.0.2.29');
      // The journal has these lines too, and tells them again: names that it has asked for already.
      const heard = await saying(new RegExp(`${client} asked for`));
      const weights = heard.map((line) => /score \S+ \((\S+)\)/.exec(line)?.[1]);
      expect(weights.slice(0, 2)).toEqual(['+1', '+1']);
      expect(new Set(weights.slice(2))).toEqual(new Set(weights.length > 2 ? ['+0'] : []));
      expect(await guest.dropped()).toEqual(['192.0.2.29']);
    });

    test('auto is the file where there is one, and the journal where proof is asked for', async () => {
      await guest.startAnew('--syslog-msgs-file=auto');
      await guest.startAnew('--syslog-msgs-file=auto --attribution=verified');
      expect(await saying(/following/)).toEqual([expect.stringMatching(/following the journal$/)]);
      await guest.startAnew('--syslog-msgs-file=auto');
      expect(await saying(/following/)).toEqual([expect.stringMatching(/following \S*mail\.log/)]);
    });
  });
});
