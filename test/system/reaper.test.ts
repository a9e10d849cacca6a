/**
 * The reaper on a real sendmail: ends children that wait for a command and whose client is silent, and
 * nobody else; not the listener, not a slow client that works, not a client in the middle of a
 * message, not a process that only calls itself so.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import type {Opened} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {inetd} from './lab/inetd.js';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const TITLE = 'sendmail: MTA: server x [203.0.113.9] cmd read';
const EVERY_SECOND = ['--reap-schedule=* * * * * *', '--debug=3'];
const IDLE = [...EVERY_SECOND, '--idle-cmd-read=3s', '--max-runtime-cmd-read=1h'];
const AGE = [...EVERY_SECOND, '--idle-cmd-read=0', '--max-runtime-cmd-read=3s'];

describe('the reaper', () => {
  let lab: Lab;
  let relay: Relay;

  beforeEach(async () => {
    lab = await Lab.start({id: 'reaper'});
    relay = lab.relay;
  });
  afterEach(() => Lab.stopAll());

  /** Pids in the relay, by title. */
  async function processes(): Promise<Map<number, string>> {
    const lines = (await relay.sh('ps', ['-eo', 'pid,args', '--no-headers'])).split('\n');
    return new Map(
      lines.map((line) => [Number.parseInt(line, 10), line.trim().replace(/^\d+ /, '').trimEnd()]),
    );
  }
  const titles = async (): Promise<string[]> => [...(await processes()).values()];
  const isThere = async (title: string): Promise<boolean> => (await titles()).includes(title);

  /**
   * Processes with a sendmail child's title: root's perl, a user's `sendmail`, and the real one,
   * run by a user with a client of the user's own.
   */
  async function decoys(): Promise<Daemon[]> {
    const script = `$0 = '${TITLE}'; sleep 60`;
    const copy = ['-o', 'alice', '-m', '755', '/usr/bin/perl', '/home/alice/sendmail'];
    await relay.sh('install', copy);
    const asAlice = ['setpriv', '--reuid=alice', '--regid=alice', '--clear-groups'];
    const started = [
      relay.start('perl', ['-e', script]),
      relay.start('/home/alice/sendmail', ['-e', script], {user: 'alice'}),
      relay.start('perl', ['-e', inetd, '127.0.0.9', '2525', ...asAlice]),
    ];
    await until('the decoys', async () => {
      const all = await titles();
      return all.filter((title) => title === TITLE).length === 2 && all.some(isAlices);
    });
    return started;
  }
  const isAlices = (title: string): boolean => /server .*\[127\.0\.0\.9\] cmd read$/.test(title);

  /** A real sendmail of root's in a network and with pids of its own. */
  async function container(): Promise<string> {
    const network = 'ip link set lo up; ip addr add 203.0.113.8/32 dev lo; exec "$@"';
    // As the daemon runs, not as a mail submission program, which gives root's rights away.
    const asDaemon = ['sh', '-c', 'exec "$@" -Am', 'sh'];
    const perl = ['perl', '-e', inetd, '203.0.113.8', '25', ...asDaemon];
    relay.start('unshare', ['--net', '--pid', '--fork', 'sh', '-c', network, 'sh', ...perl]);
    const title = 'sendmail: MTA: server [203.0.113.8] cmd read';
    await until('the container', () => isThere(title));
    return title;
  }

  /** Says something each second, until told to stop. */
  function work(session: number): () => Promise<boolean> {
    const over = new AbortController();
    const working = (async () => {
      while (!over.signal.aborted) {
        const {line} = await lab.client('innocent').say(session, 'RSET');
        if (!line?.startsWith('250')) return false;
        await sleep(1000);
      }
      return true;
    })();
    return () => {
      over.abort();
      return working;
    };
  }

  async function inData(family: 4 | 6): Promise<Opened> {
    const opened = await lab.client('innocent').open({family});
    for (const line of [
      'MAIL FROM:<a@example.org>',
      'RCPT TO:<bob@example.net>',
      'DATA',
      'To: b',
    ]) {
      await lab.client('innocent').say(opened.session, line, line === 'To: b' ? 1 : undefined);
    }
    return opened;
  }

  const isClosed = async (name: string, {session}: Opened): Promise<boolean> =>
    (await lab.client(name).state(session)).closed;

  test.each([4, 6] as const)(
    'silent clients are cut off; a working one, the listener, a container and decoys are not (IPv%i)',
    async (family) => {
      const fakes = await decoys();
      const inside = await container();
      await relay.sh('/usr/sbin/sendmail-mta', ['-Am', '-q1h']);
      const slow = await lab.client('innocent').open({family});
      const stopWork = work(slow.session);
      const sending = await inData(family);
      const attacker = lab.client('attacker');
      const before = new Set((await processes()).keys());
      const frozen = await attacker.stuck({family});
      const stopped = [...(await processes())].find(
        ([pid, title]) => !before.has(pid) && title.endsWith(' cmd read'),
      )?.[0];
      await relay.sh('kill', ['-STOP', String(stopped)]);
      const silent = await attacker.stuck({family});
      const between = await attacker.open({family});
      await attacker.say(between.session, 'MAIL FROM:<a@example.org>');
      const daemon = relay.daemon(IDLE);
      for (const opened of [silent, between, frozen]) {
        await until('the session to end', () => isClosed('attacker', opened));
      }
      const address = attacker.addresses[family];
      const term = new RegExp(
        ` notice reap sendmail process \\d+ of ${address} \\(idle \\d+s, \\d+s old, in cmd read\\): SIGTERM$`,
      );
      // A session may end before we have read the line about it.
      await until(
        'three words of SIGTERM',
        () => daemon.stderr.filter((line) => term.test(line)).length >= 3,
      );
      expect(daemon.stderr.filter((line) => term.test(line))).toHaveLength(3);
      const killed = await daemon.waitFor(/SIGKILL$/);
      expect(killed).toContain(
        ` notice reap sendmail process ${String(stopped)}, which stayed after SIGTERM`,
      );
      expect(daemon.stderr.filter((line) => line.includes(' reap '))).toHaveLength(4);
      const counted = new RegExp(
        ` info ${address} stuckSession \\d+@\\d+: score \\S+ \\(\\+\\S+\\), proof kernel$`,
      );
      await until(
        'three counts',
        () => daemon.stderr.filter((line) => counted.test(line)).length >= 3,
      );
      expect(daemon.stderr.filter((line) => counted.test(line))).toHaveLength(3);

      expect(await stopWork()).toBe(true);
      expect(await isClosed('innocent', slow)).toBe(false);
      expect(await isThere(inside)).toBe(true);
      await daemon.stop();

      const old = relay.daemon(AGE);
      await until('the old one to end', () => isClosed('innocent', slow));
      await old.waitFor(/reap sendmail process \d+ of 203\.0\.113\.8 \(idle time not known, /);
      await until('the container’s to end', async () => !(await isThere(inside)));
      expect(old.text).not.toMatch(/203\.0\.113\.8 stuckSession/);
      expect(await isClosed('innocent', sending)).toBe(false);
      const ended = await lab.client('innocent').say(sending.session, '.');
      expect(ended.line).toMatch(/^250 /);
      expect(fakes.map((fake) => fake.running)).toEqual([true, true, true]);
      expect((await titles()).some(isAlices)).toBe(true);
      expect(await isThere('sendmail: MTA: accepting connections')).toBe(true);
      expect((await titles()).join('\n')).toMatch(/^sendmail: MTA: Queue runner@01:00:00 for /m);
      expect(daemon.text + old.text).not.toMatch(/203\.0\.113\.9|127\.0\.0\.9/);
    },
  );

  test('a dry run only names the processes that it would end; without ss only by their age', async () => {
    const stuck = await lab.client('attacker').stuck();
    const daemon = relay.daemon(['--dry-run', ...IDLE]);
    await daemon.waitFor(/would reap sendmail process \d+ of 192\.0\.2\.66 \(idle \d+s, /);
    await daemon.stop();
    await relay.sh('mv', ['/usr/bin/ss', '/usr/bin/not-ss']);
    const blind = relay.daemon(['--dry-run', ...AGE, '--idle-cmd-read=1s']);
    const found = /would reap sendmail process \d+ of 192\.0\.2\.66 \(idle time not known, /;
    await blind.waitFor(found);
    await until('another look', () => blind.stderr.filter((line) => found.test(line)).length > 1);
    const warnings = blind.stderr.filter((line) => line.includes(' warning idle '));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /idle sendmail processes are not found: ss: .*; blocksmtp says this once$/,
    );
    expect(await isClosed('attacker', stuck)).toBe(false);
    expect(`${daemon.text}${blind.text}`).not.toMatch(/stuckSession|notice reap /);
  });
});
