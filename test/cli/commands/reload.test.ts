/** The built daemon at SIGHUP and `reload`: what survives one that changes nothing, and what it refreshes. */
import {afterAll, afterEach, beforeEach, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {until} from '../../support/temp.js';
import {blocksmtp, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());

describeInNamespace('a reload', 'default', (namespace) => {
  const [socket, log, whitelist] = [
    files.path('socket'),
    files.path('log'),
    files.path('whitelist'),
  ];
  const settings = `threshold = 10
outbound = "warn"
white_list = "${whitelist}"
syslog_msgs_file = "${files.write('mail.log', '')}"
state_dir = "${files.path('state')}"
control_socket = "${socket}"
log_file = "${log}"
`;
  const own = [`--config=${files.path('settings.toml')}`];
  const ask = (...words: string[]) => blocksmtp([...words, ...own], namespace.enter);
  const said = (): string => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '');
  const times = (shape: RegExp): number => said().match(shape)?.length ?? 0;
  const unchanged = /the configuration has not changed; the whitelist is read anew/g;
  const drops = (): string[] =>
    ([4, 6] as const).flatMap((family) => namespace.list(family).match(/-s \S+ .*-j DROP/g) ?? []);
  let daemon: ChildProcess | undefined;

  beforeEach(async () => {
    fs.rmSync(files.path('state'), {recursive: true, force: true});
    for (const path of [socket, log]) fs.rmSync(path, {force: true});
    files.write('whitelist', '192.0.2.0/24\n');
    files.write('settings.toml', settings);
    const all = ['dist/blocksmtp.js', 'run', ...own];
    const [first = '', ...rest] = namespace.enter(process.execPath, all);
    daemon = spawn('setpriv', ['--pdeathsig', 'KILL', first, ...rest], {stdio: 'ignore'});
    await until('its start', () => fs.existsSync(socket) && times(/following/g) === 1);
  });
  afterEach(async () => {
    daemon?.kill('SIGKILL');
    if (daemon?.exitCode === null) await once(daemon, 'exit');
  });

  /** What would be another one in another life: socket, lock, and the reader of the kernel's trace. */
  function marks() {
    const pid = daemon?.pid ?? 0;
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const readers = children.filter((child) => commandLine(child).includes('trace_pipe'));
    const inodes = [socket, files.path('state/lock')].map((path) => fs.statSync(path).ino);
    return {readers, inodes};
  }

  /** Empty for one that has ended, as most children do soon. */
  function commandLine(pid: string): string {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  }

  test('by SIGHUP, which changes nothing: socket, children and state are the same', async () => {
    if (fs.existsSync('/sys/kernel/tracing/events')) {
      await until('the reader of the trace', () => marks().readers.length > 0);
    }
    const before = marks();
    daemon?.kill('SIGHUP');
    await until('the notice', () => times(unchanged) === 1);
    daemon?.kill('SIGHUP');
    await until('the next notice', () => times(unchanged) === 2);
    expect(marks()).toEqual(before);
    expect(times(/following/g)).toBe(1);
    // Other words for the same values change nothing either.
    fs.appendFileSync(files.path('settings.toml'), '# a comment\nblock_time = "60m"\n');
    expect(ask('reload')).toMatchObject({code: 0, stdout: expect.stringMatching(unchanged)});
    expect(marks()).toEqual(before);
  });

  test('after logrotate has moved its own log: the next line is in a new file', async () => {
    fs.renameSync(log, `${log}.1`);
    daemon?.kill('SIGHUP');
    await until('the notice', () => times(unchanged) === 1);
    expect(fs.statSync(log).mode & 0o777).toBe(0o640);
    expect(fs.readFileSync(`${log}.1`, 'utf8')).not.toMatch(unchanged);
  });

  test('a whitelist that has changed is in force when the answer comes', () => {
    expect(ask('block', '203.0.113.7')).toMatchObject({code: 0});
    expect(ask('block', '192.0.2.7')).toMatchObject({code: 64});
    expect(drops()).toHaveLength(1);
    files.write('whitelist', '203.0.113.0/24\n');
    expect(ask('reload')).toMatchObject({code: 0});
    expect(drops()).toEqual([]);
    expect(ask('block', '203.0.113.7')).toMatchObject({code: 64});
    expect(ask('block', '192.0.2.7')).toMatchObject({code: 0});
    expect(times(/following/g)).toBe(1);
  });

  test('by SIGHUP lifts the block of a client that was written into the whitelist', async () => {
    ask('block', '2001:db8::7');
    expect(drops()).toHaveLength(1);
    fs.appendFileSync(whitelist, '2001:db8::/32\n');
    daemon?.kill('SIGHUP');
    await until('the notice', () => times(unchanged) === 1);
    expect(drops()).toEqual([]);
  });

  test('that would lose the whitelist is refused, and nothing has changed', () => {
    fs.rmSync(whitelist);
    expect(ask('reload')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/white_list.*no such/),
    });
    expect(ask('block', '192.0.2.7')).toMatchObject({code: 64});
  });

  test('opens the control socket again where somebody has removed its file', async () => {
    fs.rmSync(socket);
    expect(ask('reload').code).toBe(69);
    daemon?.kill('SIGHUP');
    await until('the notice', () => times(unchanged) === 1);
    expect(ask('list')).toMatchObject({code: 0});
  });

  test('of another configuration begins a new life, and so does one on trial', async () => {
    files.write('settings.toml', settings.replace('10', '11'));
    daemon?.kill('SIGHUP');
    await until('the next life', () => times(/following/g) === 2);
    expect(ask('reload', '--confirm=60s')).toMatchObject({code: 0});
    await until('the trial', () => times(/following/g) === 3);
    expect(ask('confirm')).toMatchObject({code: 0});
    expect(ask('reload')).toMatchObject({code: 0, stdout: expect.stringMatching(unchanged)});
  });
});
