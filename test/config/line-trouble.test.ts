/** The words for a line that is no TOML, with the parser that really reads the file. */
import {expect, test} from '@jest/globals';
import {problemText} from '../../src/base/problem.js';
import {parseConfigText} from '../../src/sys/disk/config-file.js';

function told(text: string): string[] {
  const read = parseConfigText('f', text);
  return read.kind === 'problems' ? read.problems.map(problemText) : [];
}

test.each([
  [
    'a time',
    'block_time = 1h',
    'block_time = 1h: expected double quotes around text: block_time = "1h"',
  ],
  [
    'a word',
    'greeting = observe # try',
    'greeting = observe: expected double quotes around text: greeting = "observe"',
  ],
  [
    'a path',
    '"white_list" = /etc/w',
    'white_list = /etc/w: expected double quotes around text: white_list = "/etc/w"',
  ],
  [
    'an address',
    'mailer_ip = 192.0.2.1',
    'mailer_ip = 192.0.2.1: expected double quotes around text: mailer_ip = "192.0.2.1"',
  ],
  [
    'a list',
    'trusted_relays=192.0.2.1, 2001:db8::1',
    'trusted_relays = 192.0.2.1, 2001:db8::1: expected double quotes around text: trusted_relays = "192.0.2.1, 2001:db8::1"',
  ],
  [
    'a word that the setting has not',
    'backend = pf',
    'backend = pf: expected one of iptables, ipset, nftables, in double quotes',
  ],
  ['a switch', 'dry_run = yes', 'dry_run = yes: expected true or false'],
  ['a number', 'threshold = ten', 'threshold = ten: expected a whole number from 2 to 1000'],
  ['an unknown key', 'tresh = 1h', 'tresh = 1h: expected double quotes around text: tresh = "1h"'],
])('text without quotes: %s', (_, line, expected) => {
  expect(told(`debug = 1\n${line}\r\n`)).toEqual([expect.stringMatching(/^f:2:\d+: /)]);
  expect(told(line)[0]?.replace(/^f:1:\d+: /, '')).toBe(expected);
});

test.each<[string, string, string[]]>([
  [
    'twice',
    'greeting = "off"\n\ngreeting = "observe"\n',
    ['f:3:1: greeting is set twice (lines 1 and 3)'],
  ],
  ['quoted', '"debug" = 1\ndebug=2', ['f:2:1: debug is set twice (lines 1 and 2)']],
  [
    'three times',
    'debug = 1\ndebug = 2\ndebug = 3',
    ['f:2:1: debug is set twice (lines 1 and 2)', 'f:3:1: debug is set twice (lines 1 and 3)'],
  ],
  [
    'in a table',
    'debug = 1\n[t]\ndebug = 1\ndebug = 2',
    ['f:4:1: debug is set twice (lines 3 and 4)'],
  ],
])('a key that is set %s', (_, text, expected) => {
  const keep = ': expected it once: keep the line that you mean';
  expect(told(text)).toEqual(expected.map((each) => each + keep));
});

test.each([
  'threshold =',
  'threshold = 010',
  'threshold = 99999999999999999999',
  'white_list = "/etc',
  'white list = 5',
  'threshold 10',
  'x = [1, 2',
  'x.y = 1\nx = 2',
])('anything else has the words of the parser: %j', (text) => {
  expect(told(text)).toEqual([expect.stringMatching(/: expected TOML, such as threshold = 10$/)]);
});

test('a line that a terminal would obey is not printed', () => {
  expect(told('threshold = \u001b[2J\u009b1m')[0]).toMatch(/^[\x20-\x7e]*$/);
});
