/**
 * That it comes up, on a booted Debian 13 with the unit as shipped: ready when it is, started anew when
 * it hangs, on the last good configuration when the file is bad; and under an old init.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {sleep, until} from './lab/until.js';
import {buildPackage} from './package/build-package.js';
import {boot, type Guest} from './package/guest.js';
import {requirePackageLab} from './package/require.js';

const settings = '/etc/blocksmtp/blocksmtp.toml';
const drop = '-A SPAM_UNAME_GUESSERS -s 203.0.113.7/32 -p tcp -m tcp --dport 25 -j DROP';

const {describe, guestRoot} = await requirePackageLab();

describe('the daemon under systemd', () => {
  let dir: string;
  let guest: Guest;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blocksmtp-start-'));
    const deb = await buildPackage(dir);
    guest = await boot(guestRoot, join(dir, 'package'));
    await guest.must(`apt-get install -y /mnt/package/${deb}`);
    await guest.must('blocksmtp block 203.0.113.7 --for 1h');
  });

  afterAll(async () => {
    await (guest as Guest | undefined)?.stop();
    await rm(dir, {recursive: true, force: true});
  });

  const show = async (property: string, unit = 'blocksmtp'): Promise<string> =>
    guest.must(`systemctl show --value --property ${property} ${unit}`);
  const rules = async (): Promise<string> => guest.must('iptables -S SPAM_UNAME_GUESSERS');
  const said = async (): Promise<string> => guest.must('journalctl -u blocksmtp -n 30 -o cat');

  test('is ready when `systemctl start` has ended: its blocks stand, and commands reach it', async () => {
    await guest.must('systemctl stop blocksmtp');
    await guest.must('iptables -F SPAM_UNAME_GUESSERS');
    await guest.must('systemctl start blocksmtp');
    expect(await rules()).toContain(drop);
    expect(await guest.must('blocksmtp status')).toContain('enforced: 100 %');
    expect(await show('StatusText')).toBe('1 block; enforced: 100 %');
  });

  test('a daemon that is stopped is reported at once, with what the kernel holds', async () => {
    const pid = await show('MainPID');
    await guest.must(`kill -STOP ${pid}`);
    for (const command of ['status', 'list']) {
      const answer = await guest.run(`blocksmtp ${command}`);
      expect([answer.code, answer.err]).toEqual([
        69,
        expect.stringMatching(
          new RegExp(
            `the daemon \\(pid ${pid}\\) has not answered for \\S+ s: it is stopped .*holds 1 block of IPv4`,
          ),
        ),
      ]);
    }
    await guest.must(`kill -CONT ${pid}`);
    await until('its answer', async () => (await guest.run('blocksmtp status')).code === 0);
    expect(await show('MainPID')).toBe(pid);
  });

  test('one that hangs is started anew by the watchdog, with its blocks; one that lives is not', async () => {
    const dropIn = '/run/systemd/system/blocksmtp.service.d';
    await guest.must(`mkdir -p ${dropIn}`);
    await guest.write(`${dropIn}/watchdog.conf`, '[Service]\nWatchdogSec=6s\n');
    await guest.must('systemctl daemon-reload');
    await guest.must('systemctl restart blocksmtp');
    const pid = await show('MainPID');
    await sleep(9000);
    expect([await show('MainPID'), await show('NRestarts')]).toEqual([pid, '0']);
    await guest.must(`kill -STOP ${pid}`);
    await until(
      'the restart',
      async () => (await show('NRestarts')) === '1' && (await show('ActiveState')) === 'active',
      60_000,
      200,
    );
    expect(await said()).toContain('Watchdog timeout');
    expect(await rules()).toContain(drop);
    await guest.must(`rm -r ${dropIn}`);
    await guest.must('systemctl daemon-reload');
    await guest.must('systemctl restart blocksmtp');
  });

  test('a bad file: no reload, and a start on the last good one, which is reported', async () => {
    const pid = await show('MainPID');
    await guest.must(`cp ${settings} /run/settings`);
    await guest.write(settings, 'treshold = 12\n');
    expect((await guest.run('systemctl reload blocksmtp')).code).not.toBe(0);
    expect(await said()).toMatch(/blocksmtp\.toml:1: treshold: .*did you mean threshold\?/);
    expect([await show('MainPID'), await show('ActiveState')]).toEqual([pid, 'active']);

    await guest.must('systemctl restart blocksmtp');
    expect(await rules()).toContain(drop);
    const told = 'BAD and NOT in force';
    expect(await show('StatusText')).toContain(told);
    expect(await said()).toContain(told);
    const status = await guest.run('blocksmtp status');
    expect([status.code, status.out]).toEqual([1, expect.stringContaining(told)]);
  });

  test('a corrected file is taken by a reload, and kept', async () => {
    await guest.write(settings, 'threshold = 12\n');
    await guest.must('systemctl reload blocksmtp');
    await until('the reload', async () => (await guest.run('blocksmtp status')).code === 0);
    await until('what is kept', async () =>
      (await guest.must('cat /var/lib/blocksmtp/last-good.toml')).includes('threshold = 12'),
    );
    const file = await guest.must('stat -c %a:%U /var/lib/blocksmtp/last-good.toml');
    expect(file).toBe('600:root');
  });

  test('without a last good one `systemctl start` fails with status 78, and nothing is tried again', async () => {
    await guest.must('systemctl stop blocksmtp');
    await guest.must('rm /var/lib/blocksmtp/last-good.toml');
    await guest.write(settings, 'threshold = "many"\n');
    expect((await guest.run('systemctl start blocksmtp')).code).not.toBe(0);
    await sleep(3000);
    expect([await show('ActiveState'), await show('ExecMainStatus')]).toEqual(['failed', '78']);
    expect(await show('NRestarts')).toBe('0');
    await guest.must(`cp /run/settings ${settings}`);
  });

  test.each([
    ['--threshold=1', 1],
    ['--treshold=5', 2],
    ['--mailer-port', 3],
    ['satus', 4],
    ['--config=/none', 5],
  ])('under an old init: why `%s` is refused is in the syslog', async (word, number) => {
    const unit = `refused-${String(number)}`;
    const before = (await guest.must('journalctl -t blocksmtp -o cat')).length;
    const wrapper = `/usr/sbin/blocksmtp-respawn ${word}`;
    await guest.must(`systemd-run --unit ${unit} --setenv=BLOCKSMTP_RETRY=1 ${wrapper}`);
    const name = word.startsWith('--config') ? '/none: no such file' : word.replace(/=.*/, '');
    await until('the reason', async () => {
      const after = (await guest.must('journalctl -t blocksmtp -o cat')).slice(before);
      return after.includes('not running') && after.includes(name);
    });
    await guest.must(`systemctl stop ${unit}`);
  });
});
