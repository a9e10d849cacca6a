/** Which refusals mean that there is no such user: by their codes, and by their words. */
import {expect, test} from '@jest/globals';
import {isUnknownUser} from '../../../../src/mail/sendmail/recipients/unknown-user.js';

test.each([
  'NO SUCH USER',
  'no such user here.',
  'User unknown in virtual alias table',
  'Recipient address rejected: User unknown',
  'Sorry, no mailbox here by that name. (#5.1.1)',
  '550 No such user.',
  '550 5.1.1 Gone fishing',
  '550-5.1.1 Gone fishing',
  '5.2.1 Gone fishing',
])('bare: %s', (words) => {
  expect(isUnknownUser({words})).toBe(true);
});

test.each([
  'Mailbox full',
  'Sender unknown',
  'No such domain',
  '450 4.1.1 User unknown',
  '4.1.1 User unknown',
  '421 No such user',
  '550 5.7.1 Gone fishing',
  'Gone fishing 5.1.1',
])('of no unknown user: %s', (words) => {
  expect(isUnknownUser({words})).toBe(false);
});

test.each([
  [{reply: '550', status: '5.1.1'}, 'whatever', true],
  [{reply: '550', status: '5.7.1'}, 'whatever', false],
  [{reply: '550', status: '5.7.1'}, '5.1.1 whatever', false],
  [{reply: '450', status: '4.1.1'}, '550 5.1.1 User unknown', false],
  [{reply: '550', status: '5.1.1'}, '450 4.1.1 User unknown', false],
  [{reply: '550', status: undefined}, '5.1.1 whatever', true],
] as const)('the code of the reply comes first: %j %s', (codes, words, expected) => {
  expect(isUnknownUser({...codes, words})).toBe(expected);
});
