/** Options before the command, and words of the old program, which had none. */
import {expect, test} from '@jest/globals';
import {commandFirst, meansDaemon} from '../../src/cli/command-first.js';
import {commands} from '../../src/cli/command-table.js';

const ordered = (line: string): string =>
  commandFirst(['node', 'blocksmtp', ...line.split(' ')], commands)
    .slice(2)
    .join(' ');

test.each([
  ['--json list', 'list --json'],
  ['--config /etc/x.toml --json list', 'list --config /etc/x.toml --json'],
  [
    '--config=/etc/x.toml block 192.0.2.7 --for 1h',
    'block --config=/etc/x.toml 192.0.2.7 --for 1h',
  ],
  ['--for 1h block 192.0.2.7', 'block --for 1h 192.0.2.7'],
  // A value that is called like a command.
  ['--mailer-syslog-name list', '--mailer-syslog-name list'],
  ['--mailer-syslog-name list status', 'status --mailer-syslog-name list'],
  // A switch of `list`, and a setting of others.
  ['--greeting list', 'list --greeting'],
  ['--greeting observe run', 'run --greeting observe'],
  ['--dry-run run', 'run --dry-run'],
  // A value that may be left out.
  ['--watch 5s queue', 'queue --watch 5s'],
  ['--watch queue', 'queue --watch'],
  // An option of an older version.
  ['--leak-time 10m list', 'list --leak-time 10m'],
  ['--leak-time list status', 'status --leak-time list'],
])('%s', (line, expected) => {
  expect(ordered(line)).toBe(expected);
});

test.each([
  'list --json',
  '--debug 3 --white-list /etc/w',
  '--nonsense word list',
  'unban list',
  '- list',
  '-- list',
])('%s stays as it is', (line) => {
  expect(ordered(line)).toBe(line);
});

test.each([
  ['', true],
  ['--debug 3', true],
  ['status', false],
  ['staus', false],
  ['help', false],
  ['--help', false],
  ['--dry-run -V', false],
])('"%s" means the daemon: %s', (line, expected) => {
  expect(meansDaemon(line.split(' ').filter(Boolean))).toBe(expected);
});
