/**
 * One name, written in all the ways that a guesser can think of, against a real sendmail: each way that it answers
 * for a user who exists otherwise than for one who does not is a guess, and each such name is one mailbox.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {plainAddress} from '../../src/mail/address/plain-address.js';
import {parseSendmail} from '../../src/mail/sendmail/read-message.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab({program: false});

const before = [
  '',
  '()',
  '((a)+)',
  '(\\)+)',
  '""',
  '@x+y:',
  '@x,@y:',
  ' ',
  '\\',
  'y:',
  '!:',
  'x+',
  '<',
];
const behind = [
  '',
  '()',
  '((a)+)',
  '(\\)+)',
  '+',
  '+x',
  '+x!',
  '+x%',
  ' ',
  '"+x"',
  '%example.net',
  '>',
];
const around: readonly (readonly [string, string])[] = [
  ['<', '@example.net>'],
  ['<', '@Example.NET.>'],
  ['x<', '@example.net>y'],
  ['(a (b) c)<', '@example.net (d)>'],
  ['"<"<', '@example.net>'],
];

const spellings = around.flatMap(([open, close]) =>
  before.flatMap((left) =>
    behind.map(
      (right) =>
        (name: string): string =>
          `${open}${left}${name}${right}${close}`,
    ),
  ),
);

describe('names in every spelling', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start({id: 'spellings'});
  }, 180_000);
  afterAll(() => Lab.stopAll());

  test('no two names are one mailbox, and a name in usual spellings is one', async () => {
    const attacker = lab.client('attacker');
    const ask = async (names: readonly string[]): Promise<string[]> => {
      const steps = [
        'EHLO x',
        'MAIL FROM:<a@example.org>',
        ...names.map((name) => `RCPT TO:${name}`),
      ];
      const {answers} = await attacker.dialog({steps: [...steps, 'QUIT'], timeoutMs: 20_000});
      return answers.slice(2).map(({line}) => line ?? '');
    };
    const known = await ask(spellings.map((spelling) => spelling('alice')));
    const ghost = (index: number): string => `ghost${String(index)}.`;
    const unknown = await ask(spellings.map((spelling, index) => spelling(ghost(index))));
    const guesses = spellings.flatMap((_, index) =>
      known[index]?.startsWith('250 ') && unknown[index]?.startsWith('550 5.1.1 ') ? [index] : [],
    );
    expect(guesses.length).toBeGreaterThan(150);
    const asked = unknown.filter((line) => line.startsWith('550 5.1.1 ')).length;
    const counted = await until('all of them in the log', async () => {
      const subjects = (await lab.relay.logLines()).flatMap((line) => {
        const event = parseSendmail(line.slice(line.indexOf(']: ') + 3));
        return event?.kind === 'unknownRecipient' ? [event.subject] : [];
      });
      const ghosts = subjects.filter((subject) => subject.includes('ghost'));
      return ghosts.length >= asked ? ghosts : undefined;
    });
    const mailboxes = new Set(counted.map(plainAddress));
    for (const index of guesses) {
      const its = [...mailboxes].filter((mailbox) => mailbox.includes(ghost(index)));
      expect({index, mailboxes: its.length}).toEqual({index, mailboxes: 1});
    }
    // Credit is given for the plain ones among these.
    const plain = /^<[^\s"()<>\\,;:]+>$/;
    for (const [index, spelling] of spellings.entries()) {
      const name = spelling('alice');
      if (!plain.test(name) || !guesses.includes(index)) continue;
      expect(plainAddress(name)).toBe('<alice@example.net>');
    }
  });
});
