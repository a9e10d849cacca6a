/**
 * The manual pages and completions in `debian/` are those of the tables of commands and settings.
 * `npm run pages` prints them anew.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {nameOf} from '../../src/cli/rows/command-row.js';
import {commands} from '../../src/cli/command-table.js';
import {manual} from '../../src/cli/manual.js';
import {bash, fish, zsh} from './completions.js';
import {filled} from './manual.js';
import {blocksmtp} from '../cli/built.js';
import {whereAvailable} from '../support/where-available.js';
import {commandWords} from './words.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const {version} = JSON.parse(read('package.json')) as {version: string};

const files: readonly (readonly [string, () => string])[] = [
  ['debian/blocksmtp.8', () => filled(read('debian/blocksmtp.8.in'), version)],
  ['debian/blocksmtp.toml.5', () => filled(read('debian/blocksmtp.toml.5.in'), version)],
  ['debian/completions/bash/blocksmtp', bash],
  ['debian/completions/zsh/_blocksmtp', zsh],
  ['debian/completions/fish/blocksmtp.fish', fish],
];

test.each(files)('%s is current', (path, printed) => {
  if (process.env['UPDATE_DOCS'] === '1') {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, printed());
  } else {
    expect(read(path)).toBe(printed());
  }
});

describe('the help of the commands', () => {
  test('names only commands that there are', () => {
    const names = commands.map(nameOf);
    expect(Object.keys(manual).filter((name) => !names.includes(name))).toEqual([]);
  });

  const examples = Object.entries(manual).flatMap(([name, {examples: own = []}]) =>
    own.map(([call]) => [call, name] as const),
  );

  test.each(examples)('%s: a command with its own options', (call, name) => {
    const command = commandWords.find((each) => each.name === name);
    const words = /\bblocksmtp (.*?)(?: [|>] .*| -- .*)?$/.exec(call)?.[1]?.split(' ') ?? [];
    if (name !== 'run') expect(words[0]).toBe(name);
    const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
    expect(command?.options.map(({flag}) => flag)).toEqual(expect.arrayContaining(flags));
  });

  test('stands in the help of a command', () => {
    const {stdout} = blocksmtp(['block', '--help']);
    expect(stdout).toContain('The largest block is an IPv4 /16');
    expect(stdout).toContain('Examples:\n  blocksmtp block 203.0.113.7 --for 1h\n');
  });
});

const run = (program: string, words: readonly string[]): string => {
  const {status, stdout, stderr} = spawnSync(program, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 45_000,
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};

const offered = (shell: 'bash', words: readonly string[]): string[] => {
  const list = words.map((word) => `'${word}'`).join(' ');
  const script = `. debian/completions/bash/blocksmtp
    COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _blocksmtp; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run(shell, ['-c', script]).trim().split('\n');
};

whereAvailable({tools: ['bash']})('bash completes commands, options and their values', () => {
  expect(offered('bash', ['blocksmtp', 'unb'])).toEqual(['unblock']);
  expect(offered('bash', ['blocksmtp', '--dry'])).toEqual(['--dry-run']);
  expect(offered('bash', ['blocksmtp', 'block', '--f'])).toEqual(['--for']);
  expect(offered('bash', ['blocksmtp', '--backend', 'ip'])).toEqual(['iptables', 'ipset']);
  // As bash cuts it.
  expect(offered('bash', ['blocksmtp', '--backend', '=', 'ips'])).toEqual(['ipset']);
  expect(offered('bash', ['blocksmtp', '--backend', '='])).toEqual([
    'iptables',
    'ipset',
    'nftables',
  ]);
  expect(offered('bash', ['blocksmtp', 'replay', 'READ'])).toEqual(['README.md']);
  expect(offered('bash', ['blocksmtp', 'queue', 'ho'])).toEqual(['hold']);
  expect(offered('bash', ['blocksmtp', 'run', '--threshold', ''])).toEqual(['']);
  // A switch there, and a setting with a value elsewhere.
  expect(offered('bash', ['blocksmtp', 'list', '--greeting', '--js'])).toEqual(['--json']);
  expect(offered('bash', ['blocksmtp', '--greeting', 'str'])).toEqual(['strict']);
  return Promise.resolve();
});

whereAvailable({tools: ['fish']})('fish completes commands, options and their values', () => {
  const complete = (line: string): string[] =>
    run('fish', [
      '--no-config',
      '-c',
      `source debian/completions/fish/blocksmtp.fish; complete -C '${line}'`,
    ])
      .trim()
      .split('\n')
      .map((row) => row.split('\t')[0] ?? '');
  expect(complete('blocksmtp unb')).toEqual(['unblock']);
  expect(complete('blocksmtp block --f')).toEqual(expect.arrayContaining(['--for']));
  expect(complete('blocksmtp run --backend ips')).toEqual(['ipset']);
  expect(complete('blocksmtp --dry')).toEqual(['--dry-run']);
  return Promise.resolve();
});

whereAvailable({tools: ['zsh']})('zsh offers commands, options and their values', () => {
  run('zsh', ['-f', '-n', 'debian/completions/zsh/_blocksmtp']);
  // What the file hands to zsh's own functions, which need a terminal.
  const handed = (words: readonly string[]): string =>
    run('zsh', [
      '-f',
      '-c',
      `_arguments() { print -rl -- "$@" }; _describe() { print -rl -- "\${(@P)4}" }
       words=(${words.join(' ')}); CURRENT=${words.length}; . debian/completions/zsh/_blocksmtp`,
    ]);
  expect(handed(['blocksmtp', 'unb'])).toMatch(/^unblock:End a block now/m);
  expect(handed(['blocksmtp', 'block', '--f'])).toMatch(/^--for=\[How long.*:TIME: $/m);
  expect(handed(['blocksmtp', '--back'])).toMatch(/^--backend=.*\(iptables ipset nftables\)$/m);
  return Promise.resolve();
});

whereAvailable({tools: ['man']})('man shows the pages and warns of nothing', () => {
  for (const page of ['debian/blocksmtp.8', 'debian/blocksmtp.toml.5']) {
    const {status, stdout, stderr} = spawnSync(
      'man',
      ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', page],
      {encoding: 'utf8', env: {...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8'}},
    );
    expect([status, stderr]).toEqual([0, '']);
    // Bold and italics are letters typed over each other.
    expect(stdout.replaceAll(/.\x08/g, '')).toContain('EXAMPLES\n');
    expect(stdout).not.toMatch(/@[A-Z]+@/);
  }
  return Promise.resolve();
});
