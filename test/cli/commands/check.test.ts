/** The built program's `check`: it asks the daemon that runs, and says whom it has asked. */
import {afterAll, afterEach, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {until} from '../../support/temp.js';
import {blocksmtp, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());

describeInNamespace('blocksmtp check', 'default', (namespace) => {
  const [socket, whitelist] = [files.path('socket'), files.path('whitelist')];
  const settings = `white_list = "${whitelist}"
syslog_msgs_file = "${files.write('mail.log', '')}"
state_dir = "${files.path('state')}"
control_socket = "${socket}"
outbound = "off"
`;
  const own = [`--config=${files.write('settings.toml', settings)}`];
  const check = (address: string): readonly [number | null, string] => {
    const ended = blocksmtp(['check', address, ...own], namespace.enter);
    return [ended.code, ended.stdout];
  };
  const read = `${whitelist} and the configuration`;
  const uncovered = `not exempt: no entry of ${whitelist} covers it`;
  let daemon: ChildProcess | undefined;

  async function start(): Promise<void> {
    writeFileSync(whitelist, '192.0.2.0/24\n');
    const all = ['dist/blocksmtp.js', 'run', ...own, '--mailer-ip=198.51.100.25'];
    const [first = '', ...rest] = namespace.enter(process.execPath, all);
    daemon = spawn('setpriv', ['--pdeathsig', 'KILL', first, ...rest], {stdio: 'ignore'});
    await until('its socket', () => existsSync(socket));
  }
  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    daemon?.kill(signal);
    if (daemon?.exitCode === null) await once(daemon, 'exit');
    daemon = undefined;
  }
  afterEach(() => end('SIGKILL'));

  test('uses the flags and the list of the running daemon, and also prints what the file says now', async () => {
    await start();
    const daemonSays = 'so says the daemon that runs\n';
    const listed = `192.0.2.7: never blocked: whitelisted by ${whitelist}:1: 192.0.2.0/24\n`;
    expect(check('192.0.2.7')).toEqual([0, `${listed}${daemonSays}`]);
    expect(check('203.0.113.7')).toEqual([1, `203.0.113.7: not exempt\n${daemonSays}`]);
    expect(check('198.51.100.25')).toEqual([
      0,
      `198.51.100.25: never blocked: the mailer itself (mailer_ip)\n${daemonSays}but ${read} say now: ${uncovered}\n`,
    ]);
    const asJson = blocksmtp(['check', '192.0.2.7', '--json', ...own], namespace.enter);
    expect([asJson.code, JSON.parse(asJson.stdout)]).toMatchObject([
      0,
      {address: '192.0.2.7', exempt: true, saidBy: 'daemon'},
    ]);
    rmSync(whitelist);
    const ended = blocksmtp(['check', '192.0.2.7', ...own], namespace.enter);
    expect(ended.stdout).toBe(`${listed}${daemonSays}`);
    expect(ended.stderr).toContain(
      `${whitelist}: no such file: the last good list stays in force (one entry)`,
    );
    await end('SIGTERM');
    const kept = `the last good list (${files.path('state')}/whitelist)`;
    expect(check('192.0.2.7')).toEqual([
      0,
      `${listed}so say ${kept} and the configuration: no daemon runs\n`,
    ]);
    expect(check('203.0.113.7')[1]).toContain(`not exempt: no entry of ${kept} covers it`);
  });

  test('uses the files where the daemon cannot be asked, and says so', () => {
    // Below a file there can be no socket: that is another error than that there is none.
    writeFileSync(whitelist, '192.0.2.0/24\n');
    const ended = blocksmtp(
      ['check', '192.0.2.7', ...own, `--control-socket=${whitelist}/socket`],
      namespace.enter,
    );
    expect([ended.code, ended.stdout]).toEqual([
      0,
      expect.stringMatching(/: never blocked: .*\nso say .*: the daemon cannot be asked \(.*\)\n$/),
    ]);
  });
});
