/**
 * With a configuration file that is bad, the commands still reach a daemon that runs: a typing error
 * at night keeps nobody out. On real files and a real socket.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import {noProgress} from '../../src/cli/face/progress.js';
import {makeProgram} from '../../src/cli/program.js';
import type {Options} from '../../src/config/options.js';
import type {Answer} from '../../src/control/protocol.js';
import {configOf} from '../../src/daemon/course/configuration.js';
import {type ControlServer, serveControl} from '../../src/sys/talk/control-socket.js';
import {quietCrowd, statusOf} from '../report/status-samples.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();
let folder = '';
let path = '';
let socket = '';
let server: ControlServer | undefined;
let asked: unknown[] = [];
let printed = '';
let complained: string[] = [];
beforeEach(() => {
  folder = newDir();
  [path, socket] = [join(folder, 'bad.toml'), join(folder, 'socket')];
  [asked, printed, complained, server] = [[], '', [], undefined];
});
afterEach(() => server?.close());

const done: Answer = {kind: 'done', message: 'done'};

async function aDaemon(answer = done, at = socket): Promise<void> {
  server = await serveControl(at, (request) => {
    asked.push(request);
    return Promise.resolve(answer);
  });
}

/** @returns the exit code */
async function ask(...words: string[]): Promise<number | undefined> {
  let code: number | undefined;
  const program = makeProgram({
    version: '1',
    signals: {onStop: () => undefined, onReload: () => undefined},
    output: {
      print: (text) => void (printed += text),
      complain: (message) => void complained.push(message),
      progress: noProgress,
    },
    finish: (ended) => (code = ended),
  });
  await program.parseAsync([...words, `--config=${path}`], {from: 'user'});
  return code;
}

const badValue = (): void =>
  fs.writeFileSync(path, `control_socket = "${socket}"\nthreshold = 1\nmailer_port = 0\n`);
const problems = [
  expect.stringMatching(/bad\.toml:3: mailer_port: 0: expected/),
  expect.stringMatching(/bad\.toml:2: threshold: 1: expected/),
];

describe('a bad value in the file', () => {
  test.each([
    ['unblock', ['192.0.2.7'], {command: 'unblock', network: '192.0.2.7'}],
    ['block', ['192.0.2.7'], {command: 'block', network: '192.0.2.7', seconds: 3600}],
    ['why', ['192.0.2.7'], {command: 'why', network: '192.0.2.7'}],
    ['list', [], {command: 'list'}],
    ['status', [], {command: 'status'}],
    ['resume', [], {command: 'resume'}],
    ['flush', [], {command: 'flush'}],
    ['confirm', [], {command: 'confirm'}],
  ])(
    'the running daemon does %s, and each problem is printed',
    async (command, operands, request) => {
      badValue();
      await aDaemon();
      expect(await ask(command, ...operands)).toBe(0);
      expect(asked).toEqual([request]);
      expect(printed).toMatch(/^done/);
      expect(complained).toEqual(problems);
    },
  );

  test('the exit code is that of the work', async () => {
    badValue();
    await aDaemon({kind: 'notBlocked', message: 'was not blocked'});
    expect(await ask('unblock', '192.0.2.7')).toBe(1);
    expect(complained).toEqual([...problems, 'was not blocked']);
  });

  test.each(['list', 'confirm', 'flush'])('%s: without a daemon it is 78', async (command) => {
    badValue();
    expect(await ask(command)).toBe(78);
    expect([printed, complained]).toEqual(['', problems]);
    expect(fs.readdirSync(folder)).toEqual(['bad.toml']);
  });

  test.each([['flush', '--keep-blocks'], ['reload']])(
    'a command that needs the whole configuration is 78: %s',
    async (...words) => {
      badValue();
      await aDaemon();
      expect([await ask(...words), asked]).toEqual([78, []]);
    },
  );

  test('allow and disallow edit the whitelist that the running daemon reads', async () => {
    badValue();
    const file = join(folder, 'whitelist');
    fs.writeFileSync(file, '# ours\n');
    const settings = {white_list: JSON.stringify(file), state_dir: JSON.stringify(folder)};
    await aDaemon({kind: 'status', status: statusOf({settings})});
    expect(await ask('allow', '192.0.2.7', '--json')).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe('# ours\n192.0.2.7\n');
    expect(await ask('disallow', '192.0.2.7')).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe('# ours\n');
    expect(complained).toEqual([...problems, ...problems]);
  });

  test.each([
    ['allow', '192.0.2.7 is NOT allowed: correct the configuration, or add the line'],
    ['disallow', '192.0.2.7 is allowed as before: correct the configuration, or take'],
    ['check', 'whether 192.0.2.7 is exempt is NOT known: correct the configuration'],
  ])('%s without a daemon says that nothing was done', async (command, told) => {
    badValue();
    expect(await ask(command, '192.0.2.7')).toBe(78);
    expect(complained).toEqual([...problems, expect.stringContaining(told)]);
    // Too bad to know the socket.
    fs.writeFileSync(path, 'threshold 10\n');
    expect(await ask(command, '192.0.2.7')).toBe(78);
    expect(complained.at(-1)).toContain(told);
  });

  test('a whitelist on the command line is edited whatever the file says', async () => {
    badValue();
    const file = join(folder, 'whitelist');
    expect(await ask('allow', '192.0.2.7', `--white-list=${file}`)).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe('192.0.2.7\n');
  });

  test('the running daemon says whether an address is exempt', async () => {
    badValue();
    const known = {...{passes: null, blocksInside: 0, known: null, crowd: quietCrowd}, history: []};
    const why = {network: '192.0.2.7', exemption: 'whitelisted by /etc/wl:1', ...known};
    await aDaemon({kind: 'why', why: {...why, block: null, whitelist: '/etc/wl'}});
    expect(await ask('check', '192.0.2.7')).toBe(0);
    expect(printed).toBe(
      '192.0.2.7: never blocked: whitelisted by /etc/wl:1\nso says the daemon that runs\n',
    );
  });

  test('a bad flag is a problem of the asker alone', async () => {
    badValue();
    await aDaemon();
    expect([await ask('list', '--mailer-port=0'), asked]).toEqual([78, []]);
  });
});

describe('a file that is no TOML', () => {
  test('and named by the asker: its socket is unknown, unless that is named too', async () => {
    fs.writeFileSync(path, `control_socket = "${socket}"\nthreshold 10\n`);
    await aDaemon();
    expect([await ask('unblock', '192.0.2.7'), asked]).toEqual([78, []]);
    expect(await ask('unblock', '192.0.2.7', `--control-socket=${socket}`)).toBe(0);
    expect(asked).toHaveLength(1);
    expect(complained[0]).toMatch(/bad\.toml:2:\d+: .*: expected TOML/);
  });
});

test('where the socket is unknown, nothing is asked: it could be that of another daemon', () => {
  const socketWith = (text: string, options: Options = {config: path}): string | undefined => {
    fs.writeFileSync(path, text);
    const parsed = configOf(options);
    return parsed.kind === 'problems' ? parsed.usable?.controlSocket : 'no problem';
  };
  expect(socketWith('control_socket = 5')).toBeUndefined();
  expect(socketWith('threshold 10')).toBeUndefined();
  expect(socketWith('threshold 10', {config: path, controlSocket: socket})).toBe(socket);
  expect(socketWith('threshold = 1')).toBe('/run/blocksmtp/control.sock');
});
