/** `blocksmtp check-config` as the built program: all problems of real files, and that nothing changes. */
import {afterAll, describe, expect, test} from '@jest/globals';
import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {blocksmtp, complaints, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());

function check(text: string, ...words: string[]) {
  const file = files.write('c.toml', text);
  const ended = blocksmtp(['check-config', file, ...words]);
  const short = (line: string): string => line.replaceAll(`${files.path('')}/`, '');
  return {
    code: ended.code,
    problems: ended.stderr === '' ? [] : complaints(ended).map(short),
    told: short(ended.stdout),
    json: () => JSON.parse(ended.stdout) as unknown,
  };
}

describe('a bad file', () => {
  test('all problems at once, in the order of the file, with line and key', () => {
    const {code, problems, told} = check(
      '# mine\nthreshold = 1\ntreshold = 10\nwhite list = 5\nblock_time = "2h"\n' +
        'block_time_max = "1h"\ndebug = 1\ndebug = 2\n[outbound]\nports = "25"\n',
    );
    expect(code).toBe(78);
    expect(problems).toEqual([
      'c.toml:2: threshold: 1: expected a whole number from 2 to 1000',
      'c.toml:3: treshold: unknown key "treshold": expected one of the keys that `blocksmtp sample-config` prints; did you mean threshold?',
      expect.stringMatching(/^c\.toml:4:\d+: .*: expected TOML/),
      'c.toml:6: block_time_max: 1h: expected at least block_time, which is 2h',
      expect.stringMatching(/^c\.toml:8:1: debug is set twice \(lines 7 and 8\): expected it once/),
      expect.stringMatching(/^c\.toml:9: outbound: .*did you mean outbound_ports\?$/),
    ]);
    expect(told).toBe('c.toml: BAD: 6 problems\n');
  });

  test.each([
    ['a wrong type', 'threshold = "many"', 'c.toml:1: threshold: "many": expected a whole number'],
    ['not a number', 'threshold = nan', 'c.toml:1: threshold: NaN: expected a whole number'],
    ['two chains of one name', '\noutbound_chain_name = "SPAM_UNAME_GUESSERS"', 'c.toml:2: outb'],
    ['a section', '[mailer]\nport = 25', 'c.toml:1: mailer: unknown key "mailer": expected one'],
    ['an open string', 'a = "x', 'c.toml:1:5: '],
    [
      'a whitelist that is not there',
      'debug = 1\nwhite_list = "/none"',
      'c.toml:2: white_list: /n',
    ],
  ])('%s', (_, text, begin) => {
    const {code, problems} = check(text);
    expect([code, problems]).toEqual([78, [expect.stringContaining(begin)]]);
  });

  test('as JSON', () => {
    const {code, json} = check('\nmailer_prot = 25\n', '--json');
    expect([code, json()]).toEqual([
      78,
      expect.objectContaining({
        good: false,
        problems: [
          {
            where: expect.stringMatching(/c\.toml:2: mailer_prot$/),
            ...{line: 2, column: null, key: 'mailer_prot', found: 'unknown key "mailer_prot"'},
            expected: expect.any(String),
            didYouMean: 'mailer_port',
          },
        ],
      }),
    ]);
  });

  test('an unreadable file', () => {
    mkdirSync(files.path('folder'));
    for (const name of ['none', 'folder']) {
      const ended = blocksmtp(['check-config', files.path(name)]);
      expect([ended.code, complaints(ended)]).toEqual([78, [expect.stringContaining(name)]]);
    }
  });

  test.each([
    ['keys', 'k%=1\n', 100_000, 51],
    ['lists over many lines', `x% = [\n${'1,\n'.repeat(100)}]\n`, 2000, 51],
    ['a list without an end', '1,\n', 200_000, 1],
    ['lines that are no TOML', 'from % to %\n', 100_000, 1],
  ])(
    'a large file of another kind is reported briefly and soon: %s',
    (name, line, count, problems) => {
      const lines = Array.from({length: count}, (_, i) => line.replaceAll('%', String(i)));
      const before = name.startsWith('a list') ? 'threshold = 12\nx = [\n' : '';
      const {code, told} = check(before + lines.join(''));
      expect(code).toBe(78);
      expect(told).toMatch(new RegExp(`BAD: ${problems} problem`));
    },
  );

  test('a key that a terminal would obey is shown, and not obeyed', () => {
    const {problems} = check('"a\\u001b[2J\\nb\\u009b1m" = 1\n');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^c\.toml:1: "a\\u001b\[2J\\nb\\u009b1m": [\x20-\x7e]*$/);
  });

  test('a bad flag is reported beside it', () => {
    const {code, problems} = check('threshold = 1\n', '--debug=9');
    expect(code).toBe(78);
    expect(problems).toEqual([expect.stringMatching(/^--debug: /), expect.stringMatching(/:1: /)]);
  });
});

describe('a good file', () => {
  test('is reported as good; what cannot work is advice, and nothing is made', () => {
    const folder = files.path('new');
    const {code, problems, told} = check(
      `state_dir = "${folder}/state"\nlog_file = "${files.path('log')}"\n` +
        'warn_command = "/none"\nsyslog_msgs_file = "/none/mail.log"\n' +
        'metrics_file = "/none/figures.prom"\nleak_time = "1d"\nwhite_list = "/dev/null"\n',
    );
    expect([code, problems]).toEqual([0, []]);
    const lines = told.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('c.toml: good');
    for (const begin of [
      'c.toml: leak_time: no longer used',
      'c.toml:3: warn_command: ',
      'c.toml:4: syslog_msgs_file: ',
      'c.toml:5: metrics_file: ',
    ]) {
      expect(lines).toContainEqual(expect.stringContaining(`advice: ${begin}`));
    }
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(files.path(''))).not.toContain('log');
  });

  test('a file that is written and read under two names', () => {
    const log = files.write('mail.log', '');
    const {code, told} = check(`log_file = "${log}"\nsyslog_msgs_file = "${log}"\n`);
    expect(code).toBe(0);
    expect(told).toContain('c.toml:1: log_file: mail.log is syslog_msgs_file too');
  });
});

test('the file is named once', () => {
  const file = files.write('c.toml', '');
  expect(blocksmtp(['check-config', file, `--config=${file}`]).code).toBe(64);
  expect(blocksmtp(['check-config', `--config=${file}`]).code).toBe(0);
});
