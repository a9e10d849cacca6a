/** What a record is worth, by its writer. */
import {expect, test} from '@jest/globals';
import type {LogRecord, Writer} from '../../src/log/record.js';
import {type Authorship, vouchingOf} from '../../src/mail/authorship.js';

const root: Writer = {pid: 7, uid: 0, executable: 'as the mailer is called'};
const record: LogRecord = {
  atMs: 1,
  host: 'relay',
  program: 'sm-mta',
  pid: 7,
  message: 'x',
  times: 1,
  writer: root,
};

test.each<[string, Writer | undefined, Authorship, string]>([
  ['the mailer', root, 'mailer', 'byJournal'],
  ['the mailer as a system user', {...root, uid: 100}, 'mailer', 'byJournal'],
  ['root, of whom no name was left', {...root, executable: ''}, 'unsure', 'no'],
  ['a system user that may be the mailer', {...root, uid: 100}, 'unsure', 'doubtful'],
  ['somebody else', {...root, uid: 1000}, 'other', 'no'],
  ['nobody knows who: a line in a file', undefined, 'mailer', 'no'],
])('%s', (_, writer, author, expected) => {
  expect(vouchingOf({...record, writer}, () => author)).toBe(expected);
  // As a mailer in a container numbers itself.
  expect(vouchingOf({...record, writer, pid: 3}, () => author)).toBe(expected);
});
