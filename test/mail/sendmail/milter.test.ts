/** What a milter refused: a recipient counts once, and whatever else it refuses is none. */
import {describe, expect, test} from '@jest/globals';
import {readMilter} from '../../../src/mail/sendmail/milter.js';
import {parseSendmail} from '../../../src/mail/sendmail/read-message.js';
import {notation} from './notation.js';

describe('readMilter()', () => {
  test.each([
    ['to=<a@b>, reject=550 5.1.1 <a@b>... User unknown', 'unknownRecipient X client=- <a@b>'],
    ['to=<a@b>, reject=450 4.7.1 Later', 'recipientRefused X client=- <a@b>'],
    ['to=<a@b>, reject=550 5.7.1 No', 'recipientRefused X client=- <a@b>'],
    [
      'connect: host=h.example, addr=203.0.113.7, rejecting commands',
      'connectionRefused X client=203.0.113.7',
    ],
    [
      'connect: host=h.example, addr=IPv6:2001:db8::7, rejecting commands',
      'connectionRefused X client=2001:db8::7',
    ],
    ['to=<a@b>, reject=550 5.1.1 Left us', 'unknownRecipient X client=- <a@b>'],
    ['to=<a@b>, reject=550 No such user', 'unknownRecipient X client=- <a@b>'],
    ['to=<a@b>, reject=550-5.1.1 No such user', 'unknownRecipient X client=- <a@b>'],
    ['to=<a@b>, reject=550 5.7.1 Command rejected', 'recipientRefused X client=- <a@b>'],
    ['to=<a@b>, reject=450 4.1.1 User unknown', 'recipientRefused X client=- <a@b>'],
    ['to=<a@b>, discard', '-'],
    // The client's own words are not sendmail's.
    [
      'to=<"x, reject=450 4.7.1 y"@b>, reject=550 5.1.1 No',
      'unknownRecipient X client=- <"x, reject=450 4.7.1 y"@b>',
    ],
    [
      'to=<"x, reject=550 5.1.1 y"@b>, reject=450 4.7.1 Later',
      'recipientRefused X client=- <"x, reject=550 5.1.1 y"@b>',
    ],
    ['helo=x, reject=550 5.1.1 User unknown', '-'],
    ['cmd=data, reject=550 5.1.1 <a@b>... User unknown', '-'],
    ['data, reject=550 5.1.1 <a@b>... User unknown', '-'],
    ['from=<a@b>, reject=550 5.1.1 <a@b>... User unknown', '-'],
    ['from=<a@b>, reject=550 5.7.1 No', '-'],
    ['connect, ending', '-'],
  ])('%s', (said, expected) => {
    expect(notation(readMilter('X', `Milter: ${said}`))).toBe(expected);
  });
});

test.each(['connect', 'helo', 'mail', 'rcpt', 'data', 'header', 'body', 'eoh', 'eom', 'unknown'])(
  'the answer of a milter to "%s" is logged twice, and this line is passed over',
  (action) => {
    for (const said of ['550 5.1.1 <a@b>... User unknown', '550 5.1.1 User unknown', '550 No']) {
      const line = `6ALHIl1Z018459: milter=next-host, action=${action}, reject=${said}`;
      expect(notation(parseSendmail(line))).toBe('-');
    }
  },
);
