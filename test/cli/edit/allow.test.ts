/** The built program's `allow` and `disallow`, without a daemon and with one that reads the file. */
import {afterAll, afterEach, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {until} from '../../support/temp.js';
import {blocksmtp, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());

describeInNamespace('blocksmtp allow', 'default', (namespace) => {
  const [socket, whitelist] = [files.path('socket'), files.path('whitelist')];
  const settings = `white_list = "${whitelist}"
syslog_msgs_file = "${files.write('mail.log', '')}"
state_dir = "${files.path('state')}"
control_socket = "${socket}"
outbound = "off"
`;
  const own = [`--config=${files.write('settings.toml', settings)}`];
  const run = (...words: string[]): readonly [number | null, string] => {
    const {code, stdout, stderr} = blocksmtp([...words, ...own], namespace.enter);
    // What was done goes to standard output, that nothing was to standard error.
    return [code, code === 1 ? stderr : stdout];
  };
  let daemon: ChildProcess | undefined;
  afterEach(() => void daemon?.kill('SIGKILL'));

  test('edits the file once, and says by words, code and JSON whether it did', () => {
    writeFileSync(whitelist, '# ours\n');
    const file = whitelist;
    expect(run('allow', '192.0.2.7', '--comment=a partner')).toEqual([
      0,
      `192.0.2.7 is in ${file} now; no daemon runs\n`,
    ]);
    expect(readFileSync(file, 'utf8')).toBe('# ours\n192.0.2.7 # a partner\n');
    expect(run('allow', '192.0.2.7')).toEqual([
      1,
      `blocksmtp: 192.0.2.7 was allowed already: ${file}:2: 192.0.2.7\n`,
    ]);
    const [code, printed] = run('disallow', '192.0.2.7', '--json');
    expect([code, JSON.parse(printed)]).toEqual([
      0,
      {network: '192.0.2.7', changed: true, file, entry: null, daemon: 'none'},
    ]);
    expect(readFileSync(file, 'utf8')).toBe('# ours\n');
    expect(run('disallow', '192.0.2.7')).toEqual([1, `blocksmtp: 192.0.2.7 was not in ${file}\n`]);
    return Promise.resolve();
  });

  test('the daemon knows it, and lifts the block', async () => {
    writeFileSync(whitelist, '');
    const all = ['dist/blocksmtp.js', 'run', ...own];
    const [first = '', ...rest] = namespace.enter(process.execPath, all);
    daemon = spawn('setpriv', ['--pdeathsig', 'KILL', first, ...rest], {stdio: 'ignore'});
    await until('its socket', () => existsSync(socket));
    expect(run('block', '192.0.2.7')[0]).toBe(0);
    expect(run('allow', '192.0.2.7')).toEqual([
      0,
      `192.0.2.7 is in ${whitelist} now, and the daemon knows it\n`,
    ]);
    await until('the lift', () => run('list')[1] === 'nobody is blocked\n');
    expect(run('disallow', '192.0.2.7')[1]).toContain('and the daemon knows it');
  });

  test('a file that is gone comes back whole, from the last good list', () => {
    const kept = files.path('state/whitelist');
    const [before, after] = ['# ours\n198.51.100.0/24 # Jörg\n192.0.2.9\n', '192.0.2.7\n'];
    mkdirSync(dirname(kept), {recursive: true});
    writeFileSync(kept, before);
    rmSync(whitelist, {force: true});
    expect(run('disallow', '203.0.113.1')[1]).toBe(
      `blocksmtp: 203.0.113.1 was not in ${kept}; ${whitelist} is gone, and the last good list (2 entries) is in force: to have it back: cp ${kept} ${whitelist}\n`,
    );
    expect(run('allow', '198.51.100.7')[1]).toContain(`was allowed already: ${kept}:2: `);
    expect(existsSync(whitelist)).toBe(false);
    expect(run('allow', '192.0.2.7')).toEqual([
      0,
      `192.0.2.7 is in ${whitelist} now; no daemon runs; the file was gone: the last good list (2 entries) is written back\n`,
    ]);
    expect(readFileSync(whitelist, 'utf8')).toBe(`${before}${after}`);
    rmSync(whitelist);
    expect(JSON.parse(run('disallow', '192.0.2.9', '--json')[1])).toMatchObject({
      changed: true,
      restoredEntries: 2,
    });
    expect(readFileSync(whitelist, 'utf8')).toBe('# ours\n198.51.100.0/24 # Jörg\n');
    rmSync(kept);
    return Promise.resolve();
  });

  test('leaves a file that it cannot write as it was, and says so', () => {
    const {code, stderr} = blocksmtp(
      ['allow', '192.0.2.7', '--white-list=/proc/none', ...own],
      namespace.enter,
    );
    expect([code, stderr]).toEqual([69, expect.stringContaining('the whitelist is as it was: ')]);
    return Promise.resolve();
  });
});
