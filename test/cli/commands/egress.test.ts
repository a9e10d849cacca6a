/** The built daemon and the rules for outgoing mail: its modes, its ends, and nothing left behind. */
import {afterAll, afterEach, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {until} from '../../support/temp.js';
import {blocksmtp, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());

describeInNamespace('blocksmtp run --outbound', 'default', (namespace) => {
  const [socket, log] = [files.path('socket'), files.path('log')];
  const settings = `check_interval = "1s"
allowed_senders = "root:*,4711:*"
outbound = "hold"
white_list = "${files.write('whitelist', '')}"
syslog_msgs_file = "${files.write('mail.log', '')}"
state_dir = "${files.path('state')}"
control_socket = "${socket}"
log_file = "${log}"
`;
  const own = [`--config=${files.write('settings.toml', settings)}`];
  let changes = 0;
  /** A reload of what has not changed begins no new life. */
  const reloadChanged = (): void => {
    changes += 1;
    files.write('settings.toml', `${settings}threshold = ${10 + changes}\n`);
    daemon?.kill('SIGHUP');
  };
  const ask = (...words: string[]) => blocksmtp([...words, ...own], namespace.enter);
  const rules = (): string[] =>
    ([4, 6] as const).flatMap((family) => namespace.list(family).match(/^.*_OUT.*$/gm) ?? []);
  const count = (shape: RegExp): number => rules().join('\n').match(shape)?.length ?? 0;
  let daemon: ChildProcess | undefined;

  async function start(...words: string[]): Promise<void> {
    // A killed one leaves it.
    rmSync(socket, {force: true});
    const all = ['dist/blocksmtp.js', 'run', ...own, ...words];
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
  const said = (): string[] =>
    (existsSync(log) ? readFileSync(log, 'utf8') : '').match(
      /outgoing mail (?:to port|stays).*$/gm,
    ) ?? [];

  test('each mode stands in both families, is logged, and goes with the next one', async () => {
    await start();
    await until('the rules', () => count(/--datestop/g) === 2);
    expect(ask('status').stdout).toMatch(
      /^outgoing mail, IPv4: 1 of 1 ports held, .*\noutgoing mail, IPv6: 1 of 1 ports held, /m,
    );
    reloadChanged();
    await until('the notice of the life after the reload', () => said().length === 2);
    await end('SIGKILL');
    // A command that only asks changes nothing.
    const left = rules();
    expect(ask('list').stdout).toBe('nobody is blocked\n');
    expect(rules()).toEqual(left);
    await start('--outbound=reject');
    await until('the rules', () => count(/tcp-reset/g) === 2);
    expect(rules().join('\n')).not.toContain('--datestop');
    expect(count(/--uid-owner (?:0|4711) /g)).toBe(4);
    const figures = ask('status', '--prometheus').stdout;
    expect(figures).toContain('blocksmtp_egress_standing{family="ipv6"} 1\n');
    await end('SIGTERM');
    expect(count(/tcp-reset/g)).toBe(2);
    await start('--outbound=warn');
    await until('nothing', () => rules().length === 0);
    expect(ask('status').stdout).toMatch(/^outgoing: warn$/m);
    expect(ask('status').stdout).not.toContain('outgoing mail, IPv');
    const held =
      'outgoing mail to port 25 is held back until it is known whose it is, but of users root, 4711';
    expect(said()).toEqual([
      ...[held, held],
      'outgoing mail to port 25 is rejected, but of users root, 4711',
      'outgoing mail stays rejected',
    ]);
  });

  test('a reload keeps the hold without a gap', async () => {
    const before = said().length;
    await start();
    await until('the notice that the rules stand', () => said().length === before + 1);
    const packets = (): number =>
      Number(/ -c (\d+) .*_OUT/.exec(namespace.run('iptables', ['-vS', 'OUTPUT']))?.[1]);
    namespace.run('bash', ['-c', 'ip link set lo up; ! true >/dev/tcp/127.0.0.1/25']);
    expect(packets()).toBe(1);
    reloadChanged();
    await until('the next life', () => said().length === before + 2);
    // One that was taken away and made anew would have counted none.
    expect(packets()).toBe(1);
    await end('SIGTERM');
    expect(rules()).toEqual([]);
  });

  test('a reload while it waits for a command that has the state does not end it', async () => {
    await start();
    await end('SIGTERM');
    rmSync(log, {force: true});
    const command = spawn('flock', [files.path('state/lock'), 'sleep', '60'], {detached: true});
    const text = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
    const waits = (times: number): Promise<void> =>
      until('it waits', () => text().match(/waiting until/g)?.length === times);
    const started = start();
    await waits(1);
    daemon?.kill('SIGHUP');
    await until('the notice', () => text().includes('the configuration has not changed'));
    reloadChanged();
    await waits(2);
    process.kill(-(command.pid ?? 0));
    await started;
  });

  test('a hold ends with the daemon; flush takes what a killed one has left', async () => {
    await start('--outbound=hold', '--outbound-ports=25,587');
    await until('the rules', () => count(/--datestop/g) === 2);
    await end('SIGTERM');
    expect(rules()).toEqual([]);
    await start('--outbound=reject', '--outbound-chain-name=MY_OUT');
    await until('the rules', () => count(/tcp-reset/g) === 2);
    await end('SIGKILL');
    expect(ask('flush', '--keep-blocks')).toMatchObject({
      code: 0,
      stdout: 'nothing of ours is left in the firewall\n',
    });
    expect(rules()).toEqual([]);
  });
});
