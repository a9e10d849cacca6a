/** The built program: what it answers to wrong words, and to none of them. */
import {describe, expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {blocksmtp, complaints} from './built.js';

const unknown = (word: string, command: string): string =>
  `command line: unknown option ${word}: expected an option of \`blocksmtp ${command}\` (see blocksmtp ${command} --help)`;
const unexpected = (word: string, command: string): string =>
  unknown(word, command).replace('unknown option', 'unexpected word');

const noCommand = (word: string): string =>
  `command line: no command ${word}: expected one of the commands that \`blocksmtp --help\` shows`;

describe('blocksmtp: wrong usage is 64, with every wrong word in one message', () => {
  test.each<[string, string[], string[]]>([
    [
      'unknown options that are nearly known',
      ['--treshold=3', '--whitelist=/w', '--white_list=/w'],
      [
        `${unknown('--treshold=3', 'run')}; did you mean --threshold?`,
        `${unknown('--whitelist=/w', 'run')}; did you mean --white-list?`,
        `${unknown('--white_list=/w', 'run')}; did you mean --white-list?`,
      ],
    ],
    [
      'an option of one command that is nearly known',
      ['list', '--no-name'],
      [`${unknown('--no-name', 'list')}; did you mean --no-names?`],
    ],
    [
      'several, with and without a value, long and short',
      ['--foo', '-x', '--bar=1'],
      [unknown('--foo', 'run'), unknown('-x', 'run'), unknown('--bar=1', 'run')],
    ],
    [
      'a flag without its value, beside all else',
      [
        ...['--dry-run', '--debug=9', '--mailer-port=abc', '--bogus', '--mailer-ip=xyz'],
        ...['--white-list=rel', '--threshold'],
      ],
      [
        unknown('--bogus', 'run'),
        '--threshold: no value: expected a whole number from 2 to 1000',
        '--white-list: "rel": expected a path that begins with /',
        '--mailer-ip: "xyz": expected an IPv4 or IPv6 address',
        '--mailer-port: "abc": expected a whole number from 1 to 65535',
        '--debug: "9": expected a whole number from 0 to 4',
      ],
    ],
    [
      'a second configuration that is not named',
      ['replay', '/var/log/mail.log', '--against'],
      ['--against: no value: expected a configuration file'],
    ],
    [
      'a page without a name, and a report to nobody',
      ['report', '--html=', '--mail=a b'],
      [
        '--html: no value: expected a file, or - for standard output',
        '--mail: "a b": expected a mail address',
      ],
    ],
    [
      'flags without values, and no operand: the file that was not named is not judged',
      ['block', '--config', '--mailer-port', '--for', '--backend=none'],
      [
        'command line: no ADDRESS: expected blocksmtp block [options] <ADDRESS>',
        '--config: no value: expected a path',
        '--mailer-port: no value: expected a whole number from 1 to 65535',
        expect.stringMatching(/^--for: no time: expected a time from 1s to 3650d, /) as never,
        '--backend: "none": expected one of iptables, ipset, nftables',
      ],
    ],
    [
      'a bad operand and a bad time beside a bad flag',
      ['block', '1.2.3.999', '--for=1y', '--mailer-port=0'],
      [
        '"1.2.3.999": expected an IPv4 or IPv6 address or network',
        expect.stringMatching(/^--for: "1y": expected a time from 1s to 3650d, /) as never,
        '--mailer-port: "0": expected a whole number from 1 to 65535',
      ],
    ],
    [
      'a word of fail2ban',
      ['unban', '192.0.2.1'],
      ['command line: no command unban: expected blocksmtp unblock (did you mean that?)'],
    ],
    [
      'a command with a mistake',
      ['staus'],
      ['command line: no command staus: expected blocksmtp status (did you mean that?)'],
    ],
    ['options before the command', ['--foo', '--json', 'list'], [unknown('--foo', 'list')]],
    ['the name of a command as an operand', ['run', 'list'], [unexpected('list', 'run')]],
    [
      'a word too many for sample-config',
      ['sample-config', 'x'],
      [unexpected('x', 'sample-config')],
    ],
    ['no such command', ['frobnicate'], [noCommand('frobnicate')]],
    ['help about no command', ['help', 'frobnicate'], [noCommand('frobnicate')]],
    ['no command, asked for help', ['frobnicate', '--help'], [noCommand('frobnicate')]],
    [
      'a word of systemd',
      ['stop'],
      ['command line: no command stop: expected systemctl stop blocksmtp (did you mean that?)'],
    ],
    [
      'an address alone',
      ['203.0.113.7'],
      [
        'command line: no command 203.0.113.7: expected blocksmtp why 203.0.113.7 (did you mean that?)',
      ],
    ],
    [
      'greeting alone',
      ['greeting'],
      ['command line: no advise: expected blocksmtp greeting [options] <advise>'],
    ],
    ['greeting with another word', ['greeting', 'x'], ['greeting "x": expected greeting advise']],
    ['a word behind run', ['run', 'now'], [unexpected('now', 'run')]],
    [
      'a word and an option too many',
      ['check', '192.0.2.7', '192.0.2.8', '--foo'],
      [unexpected('192.0.2.8', 'check'), unknown('--foo', 'check')],
    ],
    [
      'an unknown option before the operand: the operand is not blamed',
      ['unblock', '--foo', '192.0.2.7'],
      [unknown('--foo', 'unblock')],
    ],
    ['an option of another command', ['list', '--for=1h'], [unknown('--for=1h', 'list')]],
    [
      'switches with a value',
      ['list', '--dry-run=1', '--json=1'],
      [unknown('--dry-run=1', 'list'), '--json: "1": expected no value'],
    ],
    [
      'switches of the daemon with another value',
      ['--dry-run=maybe', '--debug-to-syslog=1'],
      [
        '--dry-run: "maybe": expected true or false',
        '--debug-to-syslog: "1": expected true or false',
      ],
    ],
    [
      'wrong words and bad values together',
      ['--foo', '--threshold=1', '--block-time=2x', 'bar'],
      [
        unknown('--foo', 'run'),
        unexpected('bar', 'run'),
        '--threshold: "1": expected a whole number from 2 to 1000',
        '--block-time: "2x": expected a time from 1s to 365d, such as 90s, 10m, 1h, 7d, or bare seconds',
      ],
    ],
  ])('%s', (_, words, expected) => {
    const ended = blocksmtp(words);
    expect(complaints(ended)).toEqual(expected);
    expect([ended.code, ended.stdout]).toEqual([64, '']);
  });

  test.each<[string, string[], string]>([
    ['no operand', ['check'], 'no ADDRESS: expected blocksmtp check [options] <ADDRESS>'],
    ['no file', ['replay'], 'no FILE: expected blocksmtp replay [options] <FILE...>'],
    ['no address', ['check', 'nonsense'], '"nonsense": expected an IPv4 or IPv6 address'],
    ['a time that is none', ['block', '192.0.2.7', '--for', '1y'], '--for: "1y": expected a time'],
    [
      'no time for a trial',
      ['reload', '--confirm'],
      '--confirm: no time: expected a time from 10s',
    ],
    ['a trial too short', ['reload', '--confirm=9s'], '--confirm: "9s": expected a time from 10s'],
    [
      'two forms at once',
      ['status', '--json', '--prometheus'],
      '--json and --prometheus: expected',
    ],
    [
      'a time too long ago',
      ['senders', '--since=4d'],
      '--since: "4d": expected a time from 1s to 3d, such as 90s, 10m, 1h, or bare seconds',
    ],
    ['no time at all', ['block', '192.0.2.7', '--for', '0'], '--for: "0": expected a time'],
  ])('%s', (_, words, expected) => {
    const ended = blocksmtp(words);
    expect(ended.stderr).toContain(expected);
    expect([ended.code, ended.stdout]).toEqual([64, '']);
  });

  test('a trial without a time is reported in one line', () => {
    expect(complaints(blocksmtp(['reload', '--confirm']))).toHaveLength(1);
  });
});

describe('blocksmtp: answers', () => {
  test('--version is that of package.json', () => {
    const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};
    expect(blocksmtp(['--version'])).toEqual({code: 0, stdout: `${version}\n`, stderr: ''});
  });

  test('--help names every command and exit code', () => {
    const {code, stdout} = blocksmtp(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'replay', 'list', 'block', 'unblock', 'check', 'sample-config']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    for (const each of ['0', '1', '64', '69', '70', '75', '78']) {
      expect(stdout).toMatch(new RegExp(`Exit codes:[^]*\\b${each} `));
    }
    expect(stdout).toMatch(/^ {2}why \[options\] <ADDRESS> /m);
    expect(stdout).toMatch(/^ {2}explain \[options\] \[FILE\] /m);
  });

  test.each([
    [['help'], ['--help']],
    [
      ['help', 'why'],
      ['why', '--help'],
    ],
  ])('%j is the help, and success', (words, same) => {
    const ended = blocksmtp(words);
    expect(ended).toEqual({code: 0, stdout: blocksmtp(same).stdout, stderr: ''});
    expect(ended.stdout).toMatch(/^Usage: /);
  });

  test('sample-config prints the file that is shipped', () => {
    const stdout = readFileSync('etc/blocksmtp.toml', 'utf8');
    expect(blocksmtp(['sample-config'])).toEqual({code: 0, stdout, stderr: ''});
  });
});
