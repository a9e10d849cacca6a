/**
 * The quick start of README.md in the hands of an administrator: its lines on a Debian 13 that has booted,
 * as they stand there and nothing else. Then what the pages promise of the unit as shipped: the metrics, the
 * group that may ask, paths that do not work, and a bad flag under an old init.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {cp, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {root} from './lab/paths.js';
import {until} from './lab/until.js';
import {buildPackage} from './package/build-package.js';
import {type Answer, boot, type Guest} from './package/guest.js';
import {requirePackageLab} from './package/require.js';

// A busy machine takes half a minute for a command, and a test has several.
const patienceMs = 120_000;

const {describe, guestRoot} = await requirePackageLab();

/** What stands between the fences behind this heading. */
async function fences(page: string, heading: string): Promise<string[][]> {
  const text = await readFile(join(root, page), 'utf8');
  const [, part = ''] = text.split(`\n${heading}\n`);
  const section = part.split(/^## /m)[0] ?? '';
  return [...section.matchAll(/^```\n([^]*?)^```$/gm)].map(([, lines = '']) =>
    lines.trimEnd().split('\n'),
  );
}

/** Where a person types in the guest. */
const home = '/srv';

describe('the quick start', () => {
  let dir: string;
  let guest: Guest;
  let lines = 0;

  /** A line as a person types it at a shell. */
  const typed = async (line: string): Promise<Answer> => {
    lines += 1;
    const script = `/run/line-${String(lines)}`;
    await guest.write(script, `cd ${home}\n${line}\n`);
    return guest.run(`sh ${script}`);
  };
  const settings = '/etc/blocksmtp/blocksmtp.toml';
  const asNobody = (groups: string, command: string): Promise<Answer> =>
    typed(`setpriv --reuid=nobody --regid=nogroup ${groups} ${command}`);
  const answers = (): Promise<true> =>
    until(
      'the daemon to answer',
      async () => (await typed('blocksmtp list')).code === 0,
      patienceMs,
    );

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blocksmtp-quick-start-'));
    const deb = await buildPackage(dir);
    await cp(join(root, 'etc/sample.log'), join(dir, 'package/mail.log.1'));
    guest = await boot(guestRoot, join(dir, 'package'));
    // A relay that logged yesterday, and onto which the package was copied.
    await guest.must(`cp /mnt/package/${deb} ${home}`);
    await guest.must('cp /mnt/package/mail.log.1 /var/log/mail.log.1');
  });

  afterAll(async () => {
    await (guest as Guest | undefined)?.stop();
    await rm(dir, {recursive: true, force: true});
  });

  test('does what README.md says, line by line', async () => {
    const [making = [], typing = []] = await fences('README.md', '## Quick start');
    expect(making.some((line) => line.startsWith('npm run package '))).toBe(true);
    expect(typing.length).toBeGreaterThanOrEqual(5);
    const done: [string, number][] = [];
    for (const line of typing) {
      const {code, out, err} = await typed(line);
      done.push([line, code]);
      expect(`${out}${err}`).not.toMatch(/\n {4}at |Traceback|EACCES|EROFS/);
      // What it says of a machine without a running mailer is its business: 1, and in words.
      if (line.startsWith('blocksmtp doctor')) expect(out).toMatch(/^ok +the daemon runs$/m);
      else expect([line, code, err]).toEqual([line, 0, expect.any(String)]);
    }
    expect(done.map(([line]) => line)).toEqual(typing);
    expect(await guest.must('cat /etc/blocksmtp.whitelist')).toContain('192.0.2.0/24');
    expect(await guest.must(`cat ${settings}`)).toContain('\ngreeting = "observe"');
    expect(await guest.must('systemctl is-active blocksmtp')).toBe('active');
  });

  test('docs/monitoring.md: one line, and any user reads the metrics', async () => {
    const [[line = ''] = []] = await fences('docs/monitoring.md', '## Metrics');
    const [, path = ''] = /^metrics_file = "(.+)"$/.exec(line) ?? [];
    await guest.write(settings, `check_interval = "1s"\n${line}\n`);
    await guest.must('blocksmtp reload');
    await until(
      'the metrics',
      async () => {
        const {code, out} = await asNobody('--clear-groups', `cat ${path}`);
        return code === 0 && out.includes('blocksmtp_up 1');
      },
      patienceMs,
    );
    expect((await asNobody('--clear-groups', `sh -c 'echo > ${path}'`)).code).not.toBe(0);
  });

  test('members of the group may ask and change nothing; nobody else may ask', async () => {
    await answers();
    const member = '--groups=blocksmtp';
    expect(await asNobody(member, 'blocksmtp list')).toMatchObject({code: 0, err: ''});
    expect((await asNobody(member, 'blocksmtp why 203.0.113.7')).out).toContain('not exempt');
    const blocking = await asNobody(member, 'blocksmtp block 203.0.113.7');
    expect(blocking.code).toBe(69);
    expect(blocking.err).toMatch(/permission denied: run it as root$/m);
    const other = await asNobody('--clear-groups', 'blocksmtp list');
    expect(other.code).toBe(69);
    expect(other.err).toContain('as root, or a member of group blocksmtp');
    expect((await typed('blocksmtp list')).out).not.toContain('203.0.113.7');
  });

  test.each([
    ['metrics_file', '/usr/figures.prom', /^metrics_file does NOT work: .*EROFS/m],
    ['warn_command', '/etc/passwd', /^warn_command does NOT work: .*EACCES/m],
    ['mail_action_command', '/nowhere', /^mail_action_command does NOT work: .*ENOENT/m],
    ['syslog_msgs_file', '/nowhere.log', /nowhere\.log/],
  ])('%s = "%s": the daemon guards, and status shows it', async (key, path, told) => {
    await guest.write(settings, `check_interval = "1s"\noutbound = "off"\n${key} = "${path}"\n`);
    await guest.must('blocksmtp reload');
    await until(
      `status to tell of ${key}`,
      async () => told.test((await typed('blocksmtp status')).out),
      patienceMs,
    );
    const {code, out} = await typed('blocksmtp doctor');
    expect([code, out]).toEqual([1, expect.stringMatching(new RegExp(`^BAD .*${path}`, 'm'))]);
  });

  test.each([
    ['log_file', '/usr/blocksmtp.log'],
    ['white_list', '/nowhere'],
    ['state_dir', '/usr/blocksmtp'],
  ])('%s = "%s": a reload is refused', async (key, path) => {
    await guest.write(settings, 'check_interval = "1s"\n');
    await guest.must('blocksmtp reload');
    await answers();
    await guest.write(settings, `check_interval = "1s"\noutbound = "off"\n${key} = "${path}"\n`);
    const {code, err} = await typed('blocksmtp reload');
    expect([code, err]).toEqual([1, expect.stringContaining(path)]);
  });

  test('control_socket where nothing can be written: its log says so', async () => {
    await guest.write(settings, 'control_socket = "/usr/control.sock"\n');
    await guest.must('systemctl restart blocksmtp');
    await until(
      'a line in the journal',
      async () =>
        (await guest.must('journalctl -u blocksmtp -o cat')).includes(
          'no control socket, so no command reaches this daemon',
        ),
      patienceMs,
    );
    await guest.write(settings, '');
    await guest.must('systemctl stop blocksmtp');
  });

  test.each([
    ['--treshold=3', 'unknown option --treshold=3'],
    ['--threshold=many', '--threshold: "many": expected'],
    ['--threshold', '--threshold: no value: expected'],
    ['nonsense', 'unexpected word nonsense'],
  ])('under an old init `%s` reaches the syslog with its reason', async (flag, reason) => {
    const unit = `respawn-${String(lines)}`;
    const wrapper = '/usr/sbin/blocksmtp.init.sh';
    await guest.must(`systemd-run --unit ${unit} ${wrapper} ${flag}`);
    await until(
      'the reason',
      async () => (await guest.must('journalctl -t blocksmtp -o cat')).includes(reason),
      patienceMs,
    );
    await guest.must(`systemctl stop ${unit}`);
  });
});
