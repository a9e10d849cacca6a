/** Which client a ruleset refused: the one of several around which both quotations agree, or nobody. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readRuleset} from '../../../src/mail/sendmail/ruleset.js';
import {notation} from './notation.js';

const client = '[203.0.113.7]';
const shown = (text: string): string =>
  text.length <= 203 ? text : `${text.slice(0, 100)}...${text.slice(-100)}`;
const refused = (argument: string, tail = 'User unknown', code = '550 5.1.1'): string =>
  `ruleset=check_rcpt, arg1=${argument}, relay=${client}, reject=${code} ${shown(argument)}... ${tail}`;
const read = (body: string): string => notation(readRuleset('X', body));

describe('readRuleset()', () => {
  test.each([
    ['User unknown', 'unknownRecipient'],
    ['No such user here', 'unknownRecipient'],
    ['Whatever you like', 'unknownRecipient'],
    ['User unknown, but only today', 'unknownRecipient'],
    ['Relaying denied', 'relayDenied'],
    ['Relaying denied. IP name lookup failed [203.0.113.7]', 'relayDenied'],
    ['Relaying denied. Proper authentication required.', 'relayDenied'],
  ])('%s: %s', (tail, kind) => {
    expect(read(refused('<a@b>', tail))).toBe(`${kind} X client=203.0.113.7 <a@b>`);
  });

  test.each([
    ['550 5.2.1', 'Mailbox disabled for this recipient', 'unknownRecipient'],
    ['550 5.2.1', 'This account is closed', 'unknownRecipient'],
    ['550 5.0.0', 'No such user', 'unknownRecipient'],
    ['550', 'No such mailbox.', 'unknownRecipient'],
    ['553 5.1.1', 'Left us', 'unknownRecipient'],
    ['550 5.7.1', 'User unknown', 'unknownRecipient'],
    ['550 5.7.1', 'Relaying denied', 'relayDenied'],
    ['550 5.1.0', 'No', 'recipientRefused'],
    ['551 5.1.6', 'User has moved; please try elsewhere', 'recipientRefused'],
    ['550 5.1.2', 'Host unknown', 'recipientRefused'],
    ['550 5.1.8', 'Domain of sender address a@b does not exist', 'recipientRefused'],
    ['450 4.1.1', 'User unknown', 'recipientRefused'],
    ['450 5.1.1', 'User unknown', 'recipientRefused'],
    ['450 4.4.0', 'Relaying temporarily denied. Cannot resolve PTR record', 'recipientRefused'],
    ['451 4.7.1', 'Greylisted', 'recipientRefused'],
  ])('%s %s: %s', (code, tail, kind) => {
    expect(read(refused('<a@b>', tail, code))).toBe(`${kind} X client=203.0.113.7 <a@b>`);
  });

  test("the code is sendmail's own, whatever the client writes", () => {
    const hostile = '<"x, relay=[198.51.100.66], reject=550 5.1.1 y"@b>';
    expect(read(refused(hostile, 'Relaying denied', '550 5.7.1'))).toMatch(/^relayDenied X /);
    expect(read(refused(hostile, 'Greylisted', '451 4.7.1'))).toMatch(/^recipientRefused X /);
    const hidden = '<"x, relay=[198.51.100.66], reject=451 4.7.1 y"@b>';
    expect(read(refused(hidden, 'Left us'))).toMatch(/^unknownRecipient X client=203/);
  });

  test('with a false client in the recipient it names the true one or none', () => {
    const part = fc.constantFrom(
      ', relay=[198.51.100.66]',
      ', reject=550 5.1.1 ',
      '... User unknown',
      ', discard',
      'x',
      ' ',
      '<a@b>',
      '"',
    );
    const hostile = fc.array(part, {maxLength: 14}).map((all) => `<"${all.join('')}"@example.net>`);
    let told = 0;
    fc.assert(
      fc.property(hostile, (argument) => {
        const text = read(refused(argument));
        expect(text).not.toMatch(/client=198/);
        told += text.includes('client=203.0.113.7') ? 1 : 0;
      }),
      {numRuns: 3000},
    );
    expect(told).toBeGreaterThan(1000);
  });

  test('it reads a long recipient, whose middle is left out in the refusal', () => {
    expect(read(refused(`<${'x'.repeat(300)}@b>`))).toMatch(/client=203\.0\.113\.7 <x{300}@b>$/);
  });

  test('of a line so long that it came in pieces it names nobody, unless both quotations agree', () => {
    const argument = `<${'x'.repeat(880)}@b>`;
    const discarded = `ruleset=check_rcpt, arg1=${argument}, relay=${client}, discard`;
    expect(read(discarded)).toMatch(/^recipientRefused X client=- /);
    expect(read(`ruleset=check_rcpt, arg1=<a@b>, relay=${client}, discard`)).toBe(
      'recipientRefused X client=203.0.113.7 <a@b>',
    );
  });

  test.each([
    'ruleset=',
    'ruleset=check_rcpt',
    'ruleset=CHECK, arg1=x',
    'ruleset=check_rcpt, arg2=x',
  ])('%s is none', (body) => {
    expect(readRuleset('X', body)).toBeUndefined();
  });
});
