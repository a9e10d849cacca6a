/** Why a log cannot be read, with what helps. */
import {expect, test} from '@jest/globals';
import {deafText, type WantedSettings} from '../../src/hearing/words.js';
import {unreadLog, whyUnread} from '../../src/hearing/unread.js';

const denied = {code: 'EACCES', message: "EACCES: permission denied, open '/x'"};
const missing = {code: 'ENOENT', message: "ENOENT: no such file or directory, open '/x'"};
const other = {code: 'EIO', message: 'EIO: i/o error, read'};

test.each([
  [denied, '/log: permission denied: run it as root, or as a member of the group adm'],
  [
    {...denied, path: '/log/x'},
    '/log/x: permission denied: run it as root, or as a member of the group adm',
  ],
  [missing, '/log: no such file'],
  [other, 'EIO: i/o error, read'],
])('%j', (error, line) => expect(unreadLog('/log', error)).toBe(line));

test('the mailer is not heard: a path that is right is not blamed', () => {
  const wanted: WantedSettings = {names: ['sendmail'], host: undefined, namesAre: 'named'};
  const text = (error: typeof denied): string =>
    deafText({why: 'missing', because: whyUnread(error)}, wanted);
  expect(text(denied)).toBe('permission denied: run it as root, or as a member of the group adm');
  expect(text(missing)).toBe('no such file: set syslog_msgs_file to the log of the mailer');
});
