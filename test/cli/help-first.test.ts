/** Words that ask for help, as commander gets them. */
import {expect, test} from '@jest/globals';
import {commands} from '../../src/cli/command-table.js';
import {helpFirst} from '../../src/cli/help-first.js';

test.each([
  ['', ''],
  ['help', '--help'],
  ['--help', '--help'],
  ['help help', '--help'],
  ['help --json', '--help'],
  ['help why', 'why --help'],
  ['--help why', 'why --help'],
  ['help queue hold', 'queue --help'],
  ['why --help', 'why --help'],
  ['--threshold 5 --help', '--threshold 5 --help'],
  ['help nosuch', 'nosuch'],
  ['nosuch --help', 'nosuch'],
  ['nosuch -h', 'nosuch'],
  ['--help nosuch', 'nosuch'],
  ['greet -- /usr/sbin/sendmail -h', 'greet -- /usr/sbin/sendmail -h'],
])('%j becomes %j', (line, expected) => {
  const words = line.split(' ').filter(Boolean);
  expect(
    helpFirst(['node', 'blocksmtp', ...words], commands)
      .slice(2)
      .join(' '),
  ).toBe(expected);
});
