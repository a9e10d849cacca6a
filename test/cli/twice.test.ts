/**
 * Every command that changes something, called twice: it tells by exit code and by `--json` whether it changed anything,
 * and the second call finds all as it is wanted. Against a real daemon, and without one. `queue hold` and `release` are
 * in `queue/hold.test.ts`, what is about complaints in `test/control/complaint.test.ts` too.
 */
import {afterAll, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import {commands} from '../../src/cli/command-table.js';
import {nameOf} from '../../src/cli/rows/command-row.js';
import {describeInNamespace} from '../support/kernel/namespace.js';
import {until} from '../support/temp.js';
import {blocksmtp, type Ended, temporary} from './built.js';

const files = temporary();
afterAll(() => files.remove());

/** Exit codes of the first call and of the second. */
type Codes = readonly [number, number];
interface Row {
  readonly words: readonly string[];
  /** Calls before the first, so that there is something to change. */
  readonly before?: readonly (readonly string[])[];
  readonly runs: Codes;
  /** Default: as with a daemon. `none`: only a daemon can do it. */
  readonly alone?: Codes | 'none';
}

const address = '203.0.113.7';
const table: readonly Row[] = [
  {words: ['block', address, '--for', '1h'], runs: [0, 1]},
  {words: ['unblock', address], before: [['block', address]], runs: [0, 1]},
  {words: ['flush'], before: [['block', address]], runs: [0, 1]},
  {words: ['flush', '--keep-blocks'], before: [['block', address]], runs: [69, 69], alone: [0, 1]},
  {words: ['allow', address, '--comment', 'ours'], runs: [0, 1]},
  {words: ['disallow', address], before: [['allow', address]], runs: [0, 1]},
  {words: ['resume'], runs: [1, 1]},
  // It has read all anew: that is done, and nothing has changed.
  {words: ['reload'], runs: [0, 0], alone: 'none'},
  {words: ['confirm'], before: [['reload', '--confirm', '5m']], runs: [0, 1], alone: 'none'},
  {words: ['complaints', 'never', '198.51.100.0/24'], runs: [0, 1]},
  {words: ['complaints', 'forget', 'abuse@example.net'], runs: [0, 1]},
  {words: ['complain', '--send', '--yes'], runs: [0, 1], alone: 'none'},
];

/** Of each call whether it says that it changed something; undefined: it says nothing (`confirm` is refused). */
function changed({code, stdout}: Ended): boolean | undefined {
  if (stdout === '') return code === 0;
  return (JSON.parse(stdout) as {changed?: boolean}).changed;
}

describeInNamespace('called twice', 'default', (namespace) => {
  const settings = `outbound = "off"
complaints = "send"
complaint_from = "abuse@example.org"
white_list = "${files.path('whitelist')}"
syslog_msgs_file = "${files.write('mail.log', '')}"
state_dir = "${files.path('state')}"
control_socket = "${files.path('socket')}"
`;
  const own = [`--config=${files.write('settings.toml', settings)}`];
  const ask = (words: readonly string[]): Ended => blocksmtp([...words, ...own], namespace.enter);

  async function withDaemon(work: () => void): Promise<void> {
    const all = ['dist/blocksmtp.js', 'run', ...own];
    const [first = '', ...rest] = namespace.enter(process.execPath, all);
    const words = ['--pdeathsig', 'KILL', first, ...rest];
    const daemon: ChildProcess = spawn('setpriv', words, {stdio: 'ignore'});
    try {
      await until('its start', () => fs.existsSync(files.path('socket')));
      work();
    } finally {
      daemon.kill('SIGKILL');
      if (daemon.exitCode === null) await once(daemon, 'exit');
    }
  }

  function clean(): void {
    fs.rmSync(files.path('state'), {recursive: true, force: true});
    fs.rmSync(files.path('socket'), {force: true});
    files.write('whitelist', '192.0.2.0/24\n');
  }

  function twice({words, before = []}: Row, codes: Codes): void {
    for (const each of before) expect([each, ask(each).code]).toEqual([each, 0]);
    for (const [at, code] of codes.entries()) {
      const ended = ask([...words, '--json']);
      expect([words, at, ended.code, ended.stderr]).toEqual([words, at, code, expect.any(String)]);
      const isChanged = at === 0 && code === 0 && words[0] !== 'reload';
      expect([words, at, changed(ended) ?? false]).toEqual([words, at, isChanged]);
    }
  }

  test('with a daemon', async () => {
    for (const row of table) {
      clean();
      await withDaemon(() => twice(row, row.runs));
    }
  });

  test('a second daemon says at once which one runs, since when and what to do, and ends with 69', async () => {
    clean();
    await withDaemon(() => {
      const {code, stderr} = ask(['run']);
      expect(code).toBe(69);
      const [first = '', ...rest] = stderr.trimEnd().split('\n');
      const told =
        /another blocksmtp works on \S+ \(process \d+, since [\d:T-]{19}[+-]\d\d:\d\d\): it guards already, see blocksmtp status; .*, or kill \d+ first/;
      expect(first).toMatch(told);
      expect(first).toMatch(/ warning .*; waiting 5s, for it may be ending$/);
      expect(rest).toEqual([expect.stringMatching(told)]);
    });
  });

  test('without one', () => {
    for (const row of table) {
      const {alone = row.runs} = row;
      clean();
      ask(['flush']);
      if (alone !== 'none') twice(row, alone);
      else expect([row.words, ask(row.words).code === 0]).toEqual([row.words, false]);
    }
  });

  test('an answer in words: a change goes to standard output, no change to standard error', () => {
    clean();
    const [first, second] = [ask(['block', address]), ask(['block', address])];
    expect([first.stderr, second.stdout]).toEqual(['', '']);
    expect(first.stdout).toContain(`${address} is blocked`);
    expect(second.stderr).toContain(`${address} is blocked already, for as long`);
    // Another time is another block.
    expect(ask(['block', address, '--for', '2d']).code).toBe(0);
    expect(ask(['block', address, '--for', '10m']).code).toBe(0);
  });
});

test('each command that changes something has --json, and is in the table of docs/operating.md', () => {
  const page = fs.readFileSync('docs/operating.md', 'utf8');
  const names = [...new Set(table.map(({words: [name = '']}) => name))];
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    const row = commands.find((each) => nameOf(each) === name);
    expect([name, row?.options?.some(({flags}) => flags === '--json')]).toEqual([name, true]);
  }
  const [, section = ''] = page.split('\n### Called twice\n');
  for (const {words} of table) {
    const [name = '', word = ''] = words;
    const shown = name === 'complaints' || word.startsWith('--') ? `${name} ${word}` : name;
    expect(section.split('\n## ')[0]).toContain(`\`${shown}`);
  }
});
