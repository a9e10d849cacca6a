/**
 * The units of the greeting as the package brings them, on a real Debian that has booted with systemd: the gate behind
 * its socket unit, the daemon in its sandbox, and the samples for `greet`. The steps build on each other.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {root} from './lab/paths.js';
import {until} from './lab/until.js';
import {buildPackage} from './package/build-package.js';
import {boot, type Guest} from './package/guest.js';
import {requirePackageLab} from './package/require.js';

const settings = '/etc/blocksmtp/blocksmtp.toml';
const whitelist = '/etc/blocksmtp.whitelist';
const examples = '/usr/share/doc/blocksmtp/examples';
const gate = 'blocksmtp-gate';
const patientMs = 45_000;

const network = `set -e
  ip link set lo up
  ip netns add client
  ip link add relay0 type veth peer name client0 netns client
  ip address add 192.0.2.1/24 dev relay0
  ip -netns client link set client0 up
  ip link set relay0 up
  seq 10 200 | sed 's|.*|address add 192.0.2.&/24 dev client0|' | ip -netns client -batch -
  sysctl -qw net.ipv6.bindv6only=1
  systemd-run --quiet --unit mta --property Type=forking \\
    /usr/sbin/sendmail-mta -Am -L sm-mta -bd -q10m`;

interface Call {
  readonly from: string;
  readonly connected: boolean;
  readonly answers: readonly string[];
  /** Until the first answer. Ms. */
  readonly firstMs?: number;
  /** The client's own. */
  readonly port?: number;
  readonly end: string;
}

type Walls = Readonly<Record<string, string | undefined>>;

const {describe, guestRoot} = await requirePackageLab();

describe('the greeting as the package brings it', () => {
  let dir: string;
  let guest: Guest;
  let scripts = 0;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blocksmtp-package-greeting-'));
    const deb = await buildPackage(dir);
    await cp(join(root, 'test/system/package/caller.mjs'), join(dir, 'package/caller.mjs'));
    guest = await boot(guestRoot, join(dir, 'package'));
    await shell(network);
    await guest.must(`apt-get install -y /mnt/package/${deb}`);
    await guest.write(whitelist, '192.0.2.200\n');
  });

  afterAll(async () => {
    await (guest as Guest | undefined)?.stop();
    await rm(dir, {recursive: true, force: true});
  });

  /** Standard output of a script that has to succeed. */
  async function shell(text: string): Promise<string> {
    scripts += 1;
    const file = `/run/script-${scripts}.sh`;
    await guest.write(file, text);
    return guest.must(`sh ${file}`);
  }

  const callOf = (range: string, words: readonly string[], port = 25): string => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return `ip netns exec client node /mnt/package/caller.mjs ${range} /run/stop ${port} ${quoted}`;
  };
  const calls = (out: string): Call[] =>
    out
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Call);

  async function call(last: number, words: readonly string[] = ['QUIT'], port = 25): Promise<Call> {
    const [only] = calls(await shell(callOf(String(last), words, port)));
    if (only === undefined) throw new Error('no call');
    return only;
  }

  /** Started, and left alone. @returns what it has said so far, or when it is over */
  async function inBackground(range: string, ...words: string[]): Promise<() => Promise<Call[]>> {
    scripts += 1;
    const said = `/run/said-${scripts}`;
    const script = `/run/script-${scripts}.sh`;
    await guest.write(script, `${callOf(range, words)} >${said}.part && mv ${said}.part ${said}\n`);
    await guest.must(`systemd-run --quiet sh ${script}`);
    return () =>
      until(
        'the clients to end',
        async () => {
          const {code, out} = await guest.run(`cat ${said}`);
          return code === 0 && calls(out);
        },
        patientMs,
      );
  }

  /** What a command says, whatever its exit code. */
  const ask = async (command: string): Promise<string> =>
    (await guest.run(`blocksmtp ${command}`)).out;

  /** Ends when the daemon has taken these settings. */
  async function configure(...lines: string[]): Promise<void> {
    const always = ['debug = 3', 'greeting_wait = "2s"', 'block_time = "1h"'];
    await guest.write(settings, [...always, ...lines, ''].join('\n'));
    await guest.must('systemctl restart blocksmtp');
    await until('the daemon', async () => (await guest.run('blocksmtp status')).code === 0);
  }

  /** The process of the mailer that serves this client. */
  const childOf = (last: number): Promise<string> =>
    until(
      `a process that serves 192.0.2.${last}`,
      async () => {
        const lines = (await guest.must('ps -eo pid,args')).split('\n');
        const title = new RegExp(`sendmail: .*\\[192\\.0\\.2\\.${last}\\] cmd read$`);
        return lines
          .find((line) => title.test(line.trimEnd()))
          ?.trim()
          .split(' ')[0];
      },
      patientMs,
    );

  /** What a process has inherited of the walls around it. */
  async function walls(pid: string): Promise<Walls> {
    const status = await guest.must(`cat /proc/${pid}/status`);
    const fields =
      /^(Uid|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp|Seccomp_filters|Umask):\s*(.*)$/gm;
    return {
      ...(Object.fromEntries(
        [...status.matchAll(fields)].map(([, key, value]) => [key, value]),
      ) as Walls),
      'mount namespace': await guest.must(`readlink /proc/${pid}/ns/mnt`),
      limits: await guest.must(`cat /proc/${pid}/limits`),
    };
  }

  const status = (): Promise<string> => ask('status');
  const heard = (): Promise<boolean> =>
    until('a gate that is heard', async () => /, heard \d/.test(await status()), patientMs);
  const said = (unit: string): Promise<string> => guest.must(`journalctl -o cat -u ${unit}`);
  const inService = async (property: string, unit: string): Promise<string> =>
    guest.must(`systemctl show --value --property ${property} ${unit}`);

  /** What a child of sendmail's own daemon has: nothing less, and nothing more, is right. */
  let daemons: Walls;
  /** A session that stays open. */
  let guestOfGate: () => Promise<Call[]>;

  test('is there, and neither enabled nor started; doctor says what is missing', async () => {
    for (const unit of [`${gate}.service`, `${gate}.socket`]) {
      expect((await guest.run(`systemctl is-enabled ${unit}`)).out).toBe('disabled');
      expect((await guest.run(`systemctl is-active ${unit}`)).out).toBe('inactive');
    }
    await configure('greeting = "gate"', 'backend = "nftables"');
    const found = await ask('doctor');
    expect(found).toMatch(/^BAD +greeting = "gate", but no gate reports: .*start blocksmtp gate$/m);
    expect(found).toMatch(/^advice +the mailer's listen queue has 10 places/m);
    expect((await call(199)).answers[0]).toMatch(/^220 /);
  });

  test('the gate has its port from systemd; a client that waits has sendmail at the same connection', async () => {
    await guest.must(`systemctl enable --now ${gate}.socket ${gate}.service`);
    await heard();
    expect(await said(gate)).toContain(
      'unknown clients are served at port 2500 (the service manager holds it)',
    );
    expect(await ask('doctor')).toMatch(/^ok +the gate reports$/m);
    guestOfGate = await inBackground('11', 'EHLO client.example.org', 'wait:/run/go', 'NOOP');
    await childOf(11);
    const sockets = await guest.must('ss -Htn state established');
    expect(sockets).toMatch(/ 192\.0\.2\.1:2500 +192\.0\.2\.11:/);
  });

  test('sendmail has inherited nothing from the unit', async () => {
    const open = await inBackground('200', 'EHLO client.example.org', 'wait:/run/seen');
    const [handed, own] = [await walls(await childOf(11)), await walls(await childOf(200))];
    daemons = own;
    await guest.must('touch /run/seen');
    expect((await open())[0]?.answers[0]).toMatch(/^220 /);
    expect(handed).toEqual(daemons);
    expect(daemons).toMatchObject({NoNewPrivs: '0', Uid: '0\t0\t0\t0'});
    expect(daemons['mount namespace']).toBe(await guest.must('readlink /proc/1/ns/mnt'));
    expect(daemons['CapBnd']).toBe((await walls('1'))['CapBnd']);
    // The daemon of blocksmtp is walled in: what is compared can tell.
    const within = await walls(await inService('MainPID', 'blocksmtp'));
    expect(within).toMatchObject({NoNewPrivs: '1'});
    for (const wall of ['CapBnd', 'Seccomp_filters', 'mount namespace'] as const) {
      expect(within[wall]).not.toBe(daemons[wall]);
    }
  });

  test('a restart of the gate refuses nobody, and open sessions go on', async () => {
    await guest.run('rm -f /run/stop');
    const callers = await inBackground('20-119');
    await until('some to wait', async () => {
      const lines = (await guest.must('ss -Htn sport = :2500')).split('\n');
      return lines.length > 5;
    });
    await guest.must(`systemctl restart ${gate}`);
    await until('a new gate', async () => {
      const starts = (await said(gate)).match(/unknown clients are served/g);
      return starts?.length === 2;
    });
    await guest.must('touch /run/stop');
    const all = await callers();
    expect(all.length).toBeGreaterThan(5);
    for (const each of all) {
      expect(each).toMatchObject({connected: true, end: 'over'});
      expect(each.answers[0]).toMatch(/^220 relay/);
    }
    await guest.must('touch /run/go');
    const [stayed] = await guestOfGate();
    expect(stayed?.answers.at(-1)).toBe('250 2.0.0 OK');
    await heard();
  });

  /** Who spoke before sendmail could answer. */
  async function talkEarly(last: number): Promise<Call> {
    const pid = await inService('MainPID', 'mta');
    await guest.must(`kill -STOP ${pid}`);
    try {
      const early = await inBackground(String(last), 'early:EHLO bot.example.org', 'QUIT');
      await until('its words to lie there', async () =>
        new RegExp(`^ESTAB +[1-9]\\d* .*192\\.0\\.2\\.${last}:`, 'm').test(
          await guest.must('ss -Htn sport = :25'),
        ),
      );
      await guest.must(`kill -CONT ${pid}`);
      return (await early())[0]!;
    } finally {
      await guest.run(`kill -CONT ${pid}`);
    }
  }

  test.each([
    ['nftables', 141],
    ['ipset', 142],
  ])(
    'observe, in the sandbox of the daemon: the kernel shows early talk, %s',
    async (backend, last) => {
      await configure('greeting = "observe"', `backend = "${backend}"`);
      await until('the rules', async () =>
        /rules: IPv4 stands, IPv6 stands$/m.test(await status()),
      );
      expect((await talkEarly(last)).connected).toBe(true);
      await until(
        'early talk',
        async () => (await status()).includes('observe; 1 early talker seen by the kernel'),
        patientMs,
      );
      expect(await ask(`why 192.0.2.${last}`)).toContain('it spoke before the greeting 1 time');
      expect(await said('blocksmtp')).not.toMatch(/permission|EPERM|EACCES|EROFS|read-only/i);
    },
  );

  test('strict, with iptables: an early talker hears 554, and then nothing at either port', async () => {
    await configure('greeting = "strict"', 'backend = "iptables"');
    await guest.must(`systemctl restart ${gate}`);
    await heard();
    await until('the way to the gate', async () =>
      (await guest.must('iptables -t nat -S')).includes('--datestop'),
    );
    const talker = await call(151, ['early:EHLO bot.example.org']);
    expect(talker.answers).toEqual([expect.stringMatching(/^554 5\.5\.0 /)]);
    await until('its block', async () => (await ask('list')).includes('192.0.2.151'), patientMs);
    for (const port of [25, 2500]) {
      const again = await call(151, [], port);
      expect(again).toMatchObject({connected: false, end: 'timeout'});
    }
    expect((await call(152)).answers[0]).toMatch(/^220 /);
    expect(await said('blocksmtp')).not.toMatch(/permission|EPERM|EACCES|EROFS|read-only/i);
  });

  test('doctor says that nft is missing', async () => {
    await configure('greeting = "observe"', 'backend = "nftables"');
    const nft = await shell('command -v nft');
    await guest.must(`mv ${nft} ${nft}-away`);
    const found = await ask('doctor');
    await guest.must(`mv ${nft}-away ${nft}`);
    expect(found).toContain('nft is not there: nothing of the greeting stands in the firewall');
  });

  describe('greet, for one client', () => {
    beforeAll(async () => {
      await configure('greeting = "off"');
      await guest.must(`systemctl stop ${gate}.socket ${gate}.service mta`);
    });

    test('the samples for a socket unit', async () => {
      await shell(`cp ${examples}/blocksmtp-greet* /run/systemd/system/; systemctl daemon-reload`);
      await guest.must('systemctl start blocksmtp-greet.socket');
      // As they are: 35 seconds would be seen.
      const exempt = await inBackground('200', 'EHLO partner.example.org', 'wait:/run/seen-2');
      expect(await walls(await childOf(200))).toEqual(daemons);
      await guest.must('touch /run/seen-2');
      const [first] = await exempt();
      expect(first?.answers[0]).toMatch(/^220 relay/);
      expect(first?.firstMs).toBeLessThan(34_000);
      const talker = await call(161, ['early:EHLO bot.example.org']);
      expect(talker).toMatchObject({connected: true, answers: []});
      expect(await guest.must('journalctl -o cat')).toContain(
        'greet: 192.0.2.161 spoke before the greeting',
      );
      await shell(`sed -i 's/--wait 35s/--wait 2s/' /run/systemd/system/blocksmtp-greet@.service
        systemctl daemon-reload`);
      const waited = await call(162, ['EHLO client.example.org', 'QUIT']);
      expect(waited.answers[0]).toMatch(/^220 relay/);
      expect(waited.firstMs).toBeGreaterThan(1990);
      await guest.must('systemctl stop blocksmtp-greet.socket');
      await shell('rm /run/systemd/system/blocksmtp-greet*; systemctl daemon-reload');
    });

    test('the sample for inetd', async () => {
      await shell(`sed 's/--wait 35s/--wait 2s/' ${examples}/inetd.conf >/etc/inetd.conf
        grep -qs '^smtp' /etc/services || echo 'smtp 25/tcp' >>/etc/services`);
      await guest.must('systemd-run --quiet --unit inetd-sample inetd -i');
      await until('inetd', async () => (await guest.must('ss -Hltn sport = :25')) !== '');
      const waited = await call(163, ['EHLO client.example.org', 'QUIT']);
      expect(waited.answers[0]).toMatch(/^220 relay/);
      expect(waited.firstMs).toBeGreaterThan(1990);
      expect((await call(164, ['early:EHLO bot.example.org'])).answers).toEqual([]);
      await guest.must('systemctl stop inetd-sample');
    });
  });

  test('removed, no gate, no port and no rule is left', async () => {
    await configure('greeting = "gate"', 'backend = "nftables"');
    await guest.must(`systemctl start ${gate}.socket ${gate}.service`);
    await heard();
    await guest.must('apt-get remove -y blocksmtp');
    expect((await guest.run('pgrep -fa /usr/sbin/blocksmtp')).out).toBe('');
    expect(await guest.must('ss -Hltn sport = :2500')).toBe('');
    expect(await guest.must('nft list ruleset')).not.toContain('GREETING');
  });
});
