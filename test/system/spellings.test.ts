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

/** What no product of parts gives: whole addresses, each with the name in its place. */
const others: readonly ((name: string) => string)[] = [
  // The address literal of the relay, and other words for its domain.
  (name) => `<${name}@[127.0.0.1]>`,
  (name) => `<${name}@[192.0.2.1]>`,
  (name) => `<${name}@[IPv6:::1]>`,
  (name) => `<${name}@localhost>`,
  (name) => `<${name}@example.net.>`,
  (name) => `<${name}@example(c).net>`,
  (name) => `<${name}@(c)example.net>`,
  (name) => `<${name}@example . net>`,
  (name) => `<${name}@"example.net">`,
  (name) => `<${name}@\\example.net>`,
  (name) => `<${name}@example.net%example.net>`,
  // The percent hack, source routes and bang paths, one in the other.
  (name) => `<${name}%example.net@example.net>`,
  (name) => `<${name}%example.net%example.net@example.net>`,
  (name) => `<@example.net:${name}@example.net>`,
  (name) => `<@example.net,@example.net:${name}@example.net>`,
  (name) => `<@example.net:${name}%example.net@example.net>`,
  (name) => `<example.net!${name}@example.net>`,
  (name) => `<example.net!example.net!${name}>`,
  (name) => `<@example.net:example.net!${name}>`,
  // Quotes around parts, escapes within, and what is put between.
  (name) => `<"${name}"@example.net>`,
  (name) => `<"${name.slice(0, 3)}"${name.slice(3)}@example.net>`,
  (name) => `<${name.slice(0, 3)}"${name.slice(3)}"@example.net>`,
  (name) => `<"${name.slice(0, 3)}"."${name.slice(3)}"@example.net>`,
  (name) => `<"${name.slice(0, 3)}\\${name.slice(3)}"@example.net>`,
  (name) => `<${name.slice(0, 3)}\\${name.slice(3)}@example.net>`,
  (name) => `<${name.slice(0, 3)}(c)${name.slice(3)}@example.net>`,
  (name) => `<"${name}+x"@example.net>`,
  (name) => `<"${name}"+x@example.net>`,
  (name) => `<${name}+"x y"@example.net>`,
  (name) => `<${name}++@example.net>`,
  // Dots, blanks and tabs; capitals.
  (name) => `<${name}.@example.net>`,
  (name) => `<.${name}@example.net>`,
  (name) => `<${name}..@example.net>`,
  (name) => `<\t${name}\t@\texample.net\t>`,
  (name) => `\t<${name}@example.net>\t`,
  (name) => `< ${name} @ example.net >`,
  (name) => `<${name.toUpperCase()}@EXAMPLE.NET>`,
  (name) => `${name}@example.net`,
  (name) => name,
  (name) => `<${name}>`,
  // Letters beyond ASCII, as bytes of UTF-8 and of Latin 1, and control characters.
  (name) => `<${name}+\u00c3\u00bc@example.net>`,
  (name) => `<${name}+\u00fc@example.net>`,
  (name) => `<${name}(\u00c3\u00bc)@example.net>`,
  (name) => `<\u00e2\u0080\u008b${name}@example.net>`,
  (name) => `<${name}+\u0001@example.net>`,
  (name) => `<${name}(\u0001\u007f)@example.net>`,
  // As long as sendmail takes it, and longer.
  (name) => `<${name}+${'x'.repeat(150)}@example.net>`,
  (name) => `<${'x'.repeat(150)}+${name}@example.net>`,
  (name) => `<(${'x'.repeat(200)})${name}@example.net>`,
  (name) => `<${name}(${'('.repeat(40)}${')'.repeat(40)})@example.net>`,
  (name) => `<${'@x,'.repeat(40)}@x:${name}@example.net>`,
  (name) => `<${name}${'%example.net'.repeat(14)}@example.net>`,
  // Lists, groups, and parameters behind.
  (name) => `<friends:${name}@example.net;>`,
  (name) => `<friends:${name}@example.net>`,
  (name) => `<${name},alice2@example.net>`,
  (name) => `<alice2,${name}@example.net>`,
  (name) => `<${name}@example.net> NOTIFY=NEVER`,
  (name) => `<${name}@example.net> ORCPT=rfc822;alice@example.net`,
  (name) => `<${name}@example.net><alice2@example.net>`,
  (name) => `<alice2@example.net><${name}@example.net>`,
  (name) => `<<${name}@example.net>>`,
  (name) => `<x<${name}@example.net>y>`,
];

const products = around.flatMap(([open, close]) =>
  before.flatMap((left) =>
    behind.map(
      (right) =>
        (name: string): string =>
          `${open}${left}${name}${right}${close}`,
    ),
  ),
);

const spellings = [...products, ...others];

describe('names in every spelling', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start({id: 'spellings'});
  }, 300_000);
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
    const unknown = await ask(spellings.map((spelling, index) => spelling(`its${ghost(index)}`)));
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
      const ghosts = subjects.filter((subject) => subject.toLowerCase().includes('ghost'));
      return ghosts.length >= asked ? ghosts : undefined;
    });
    const mailboxes = new Set(counted.map(plainAddress));
    for (const index of guesses) {
      const its = [...mailboxes].filter((mailbox) => mailbox.includes(ghost(index)));
      expect({index, mailboxes: its.length}).toEqual({index, mailboxes: 1});
    }
    // Credit is given for the plain ones among these.
    const plain = /^<[^\s"()<>\\,;:]+>$/;
    for (const [index, spelling] of products.entries()) {
      const name = spelling('alice');
      if (!plain.test(name) || !guesses.includes(index)) continue;
      expect(plainAddress(name)).toBe('<alice@example.net>');
    }
  });
});
