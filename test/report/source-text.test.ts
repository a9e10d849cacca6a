/**
 * The text about a source: any user who may write into the folder chooses the names of its files.
 */
import {expect, test} from '@jest/globals';
import {reportFollow} from '../../src/report/source-text.js';

const nasty = '/var/log/relay/a\u001b[2J\n2026-01-01 error x; y.log';
const shown = '"/var/log/relay/a?[2J?2026-01-01 error x; y.log"';

test.each([
  [{kind: 'following', path: nasty, atBytes: 0}, `following ${shown} from byte 0`],
  [{kind: 'rotated', path: nasty}, `${shown} was rotated`],
  [
    {kind: 'tooManyFiles', path: nasty, most: 256},
    `${shown} is not followed: more than 256 files fit the patterns`,
  ],
  [
    {kind: 'unreadable', path: nasty, why: `EACCES: '${nasty}'`},
    `waiting for the log: EACCES: '${shown.slice(1, -1)}'`,
  ],
  [
    {kind: 'following', path: '/var/log/mail.log', atBytes: 7},
    'following /var/log/mail.log from byte 7',
  ],
] as const)('%# in one printable line', (event, message) => {
  expect(reportFollow(event).message).toBe(message);
});

test('a name of any length is cut', () => {
  const event = {kind: 'rotated', path: `/${'a b'.repeat(2000)}`} as const;
  expect(reportFollow(event).message.length).toBeLessThan(600);
});
