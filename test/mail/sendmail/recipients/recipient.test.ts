/** A recipient of which the middle is not shown. */
import {describe, expect, test} from '@jest/globals';
import {subjectOf} from '../../../../src/mail/sendmail/recipients/recipient.js';
import {parseSendmail} from '../../../../src/mail/sendmail/read-message.js';
import {notation} from '../notation.js';

describe('subjectOf()', () => {
  const shortened = (begin: string): string => `${begin.padEnd(100, 'x')}...${'y'.repeat(100)}`;

  test.each([
    ['a comment of which the middle was left out', shortened('(ccc'), 'ambiguous'],
    [
      'the same with characters that are logged as several',
      shortened('(\x01').replace('\x01', '\\001'),
      'ambiguous',
    ],
    ['no comment', shortened('<anna'), undefined],
    ['a comment that is all there', '(c)<anna@example.net>', undefined],
    ['nothing', '', undefined],
  ])('%s', (_, subject, subjectIs) => {
    expect(subjectOf(subject)).toEqual({subject, subjectIs});
  });
});

/** As in the log: libsm shortenstring(), then util.c str2prt(). */
const shown = (typed: string): string => {
  const short = typed.length <= 203 ? typed : `${typed.slice(0, 100)}...${typed.slice(-100)}`;
  return short.replaceAll('\\', '\\\\').replaceAll('\x01', '\\001').replaceAll('\t', '\\t');
};

describe('an unknown recipient in comments too deep to be shown', () => {
  const typed = (head: string, end = ''): string =>
    `${head}${'('.repeat(95)}${'x'.repeat(40)}${end}${')'.repeat(95)}<anna@example.net>`;
  const read = (recipient: string): string =>
    notation(parseSendmail(`6ALHIl1Z018459: ${shown(recipient)}... User unknown`));
  // None with a blank outside: there sendmail cuts the command.
  const heads = ['', 'from=', 'to=', 'ruleset=', 'Milter', '<-- '];

  test.each(heads)('that begins with "%s"', (head) => {
    expect(read(typed(head))).toMatch(/^unknownRecipient 6ALHIl1Z018459 client=- /);
  });

  test('and with characters that are logged as several', () => {
    expect(read(typed('from=\\\x01'))).toMatch(/^unknownRecipient /);
    expect(read(typed('from=', '\\\x01\t'))).toMatch(/^unknownRecipient /);
  });

  test('a line of a delivery is none, whatever the next host says', () => {
    const said = `stat=Deferred: 450 ${'x'.repeat(120)}`;
    const line = `to=<a@b>, delay=00:00:00, dsn=4.2.0, ${said}... User unknown`;
    expect(parseSendmail(`6ALHIl1Z018459: ${line}`)).toBeUndefined();
  });
});
