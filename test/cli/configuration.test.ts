/** The built program: every problem of the configuration in one message, and 78. */
import {afterAll, describe, expect, test} from '@jest/globals';
import {mkdirSync} from 'node:fs';
import {blocksmtp, complaints, temporary} from './built.js';

const files = temporary();
afterAll(() => files.remove());

const threshold = '--threshold: "1": expected a whole number from 2 to 1000';

function problemsOf(...words: string[]): string[] {
  const ended = blocksmtp(words);
  expect([ended.code, ended.stdout]).toEqual([78, '']);
  return complaints(ended).map((line) => line.replace(`${files.path('')}/`, ''));
}

describe('blocksmtp: bad values are 78, every one in one message', () => {
  test('of flags', () => {
    expect(
      problemsOf('--threshold=1', '--mailer-port=0', '--mailer-ip=mail1', '--debug=5'),
    ).toEqual([
      '--mailer-ip: "mail1": expected an IPv4 or IPv6 address',
      '--mailer-port: "0": expected a whole number from 1 to 65535',
      '--debug: "5": expected a whole number from 0 to 4',
      threshold,
    ]);
  });

  test('of the file, with unknown keys, and of flags', () => {
    const config = files.write(
      'bad.toml',
      'treshold = 5\nblock_time = "1x"\ndry_run = "yes"\n[score]\nx = 1\n',
    );
    expect(problemsOf(`--config=${config}`, '--threshold=1')).toEqual([
      expect.stringMatching(/^bad\.toml:1: unknown key "treshold": expected one of .*threshold\?$/),
      expect.stringMatching(/^bad\.toml:4: unknown key "score": expected one of /),
      threshold,
      'bad.toml:2: block_time: "1x": expected a time from 1s to 365d, such as 90s, 10m, 1h, 7d, or bare seconds',
      'bad.toml:3: dry_run: "yes": expected true or false',
    ]);
  });

  test('schedules that have the shape of one, but that node-cron refuses', () => {
    expect(problemsOf('--reap-schedule=99 * * * *', '--cleanse-schedule=* * * * 9')).toEqual([
      expect.stringContaining('--reap-schedule: "99 * * * *": expected five fields as in cron'),
      expect.stringContaining('--cleanse-schedule: "* * * * 9": expected five fields as in cron'),
    ]);
  });

  test('a whitelist asked for by name that is not there, beside other problems', () => {
    expect(problemsOf(`--white-list=${files.path('none')}`)).toEqual([
      expect.stringMatching(/^--white-list: .*none.*: expected a whitelist that can be read/),
    ]);
    expect(problemsOf(`--white-list=${files.path('none')}`, '--threshold=1')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^--white-list: /), threshold]),
    );
  });
});

describe('blocksmtp: a bad configuration file is 78', () => {
  test.each([
    ['no TOML', 'threshold = 10\nwhite list = 5\n', /^bad\.toml:2:\d+: .*: expected TOML, such as/],
    [
      'a key twice',
      'debug = 1\ndebug = 2\n',
      /^bad\.toml:2:\d+: debug is set twice \(lines 1 and 2\): expected it once: keep the line/,
    ],
    ['half a string', 'white_list = "/etc', /^bad\.toml:1:\d+: .*: expected TOML/],
    ['a number beyond all', 'threshold = 99999999999999999999\n', /^bad\.toml:1:\d+: /],
    [
      'a date',
      'threshold = 2026-11-21\n',
      /^bad\.toml:1: threshold: "2026-11-21": expected a whole/,
    ],
    [
      'a list',
      'white_list = ["/etc/a"]\n',
      /^bad\.toml:1: white_list: \["\/etc\/a"\]: expected a path/,
    ],
    ['zeros', '\0\0\0\0', /^bad\.toml:1:1: .*: expected TOML/],
  ])('%s', (_, toml, expected) => {
    const config = files.write('bad.toml', toml);
    const problems = problemsOf(`--config=${config}`);
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  test('flags are checked all the same', () => {
    const config = files.write('bad.toml', 'x =');
    expect(problemsOf(`--config=${config}`, '--threshold=1')).toEqual([
      expect.stringMatching(/^bad\.toml:1:\d+: /),
      threshold,
    ]);
  });

  test('a missing one, when it was asked for', () => {
    expect(problemsOf(`--config=${files.path('none')}`)).toEqual([
      expect.stringMatching(/none.*: expected a configuration file that can be read$/),
    ]);
  });

  test('a directory', () => {
    mkdirSync(files.path('folder'));
    expect(problemsOf(`--config=${files.path('folder')}`)).toEqual([
      expect.stringMatching(/folder.*: expected a configuration file that can be read$/),
    ]);
  });

  test.each(['list', 'check', 'block', 'unblock', 'replay'])('%s refuses it too', (command) => {
    const config = files.write('bad.toml', 'threshold = 1\n');
    const operand = command === 'list' ? [] : ['192.0.2.7'];
    expect(problemsOf(command, ...operand, `--config=${config}`)).toEqual([
      'bad.toml:1: threshold: 1: expected a whole number from 2 to 1000',
      ...(command === 'check'
        ? ['whether 192.0.2.7 is exempt is NOT known: correct the configuration: no daemon runs']
        : []),
    ]);
  });
});
