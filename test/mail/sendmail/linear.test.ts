/**
 * What a client may send costs no more than its length: no line makes reading it quadratic. Compared are
 * the costs of a text and of one four times as long; a quadratic one would cost sixteen times as much.
 */
import {describe, expect, test} from '@jest/globals';
import {Fragments} from '../../../src/mail/sendmail/fragments.js';
import {Frames} from '../../../src/log/frames.js';
import {queueIdClock} from '../../../src/mail/sendmail/queue-id.js';
import {longestAddress, plainAddress} from '../../../src/mail/address/plain-address.js';
import {writtenLength} from '../../../src/mail/address/written.js';
import {parseSendmail} from '../../../src/mail/sendmail/read-message.js';
import {lineScan} from '../../../src/scan/scanner.js';
import {Table} from '../../../src/base/mechanisms/table.js';
import {growth, mostGrowth, superlinear, type Work} from '../../support/growth.js';
import {readMs} from '../../scan/oracle.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import type {OpenMessage} from '../../../src/mail/pieces.js';

const client = '[203.0.113.7]';
const parts = [
  'x',
  ' ',
  '(',
  ')',
  '<',
  '"',
  '[',
  ']',
  '\\\\',
  '@',
  '\\001',
  ', relay=',
  ', relay=[203.0.113.7]',
  ', size=0, class=0, nrcpts=0',
  ', reject=550 5.1.1 ',
  ', stat=User unknown',
  ',<a>',
  '...',
  '[1]: ',
  '[203.0.113.7] ',
  'a@[',
  ': VRFY ',
  ', stat=User unknown (',
  ', stat=Sent (',
  ',<a@b>',
  ', delay=00:00:00',
  ', msgid=',
  '... User unknown',
];
const shapes: Record<string, (text: string) => string> = {
  bare: (text) => `${text}... User unknown`,
  anything: (text) => text,
  from: (text) => `from=${text}, size=0, class=0, nrcpts=0, relay=${client}`,
  to: (text) => `to=${text}, delay=00:00:00, dsn=5.1.1, stat=User unknown`,
  sent: (text) => `to=${text}, delay=00:00:00, mailer=x, dsn=2.0.0, stat=Sent`,
  many: (text) => `to=<a>,${text}, delay=00:00:00, mailer=x, dsn=2.0.0, stat=Sent (${text})`,
  alias: (text) => `to=x, ctladdr=${text}, delay=00:00:00, mailer=x, dsn=2.0.0, stat=Sent`,
  program: (text) => `from=x, size=1, class=0, nrcpts=1, relay=${text}@localhost`,
  ruleset: (text) =>
    `ruleset=check_rcpt, arg1=${text}, relay=${client}, reject=550 5.1.1 ${text}... User unknown`,
  milter: (text) => `Milter: to=${text}, reject=550 5.1.1 x`,
  sign: (text) => `${client}: VRFY ${text}`,
  name: (text) => `${text} ${client}: VRFY root`,
  auth: (text) => `AUTH failure (PLAIN): ${text}, user=${text}, relay=${client}`,
  helo: (text) => `invalid domain name (${text}) from ${client}`,
  collect: (text) => `collect: relay=${client}, from=${text}, info=unexpected close`,
};

const repeated = (part: string, length: number): string =>
  part.repeat(Math.ceil(length / part.length)).slice(0, length);

function expectLinear(make: Work, length: number, what: string): void {
  const grows = superlinear(make, length);
  if (grows !== undefined) expect(`${what}: ${grows}`).toBe('linear');
}

describe('parseSendmail', () => {
  test.each(Object.entries(shapes))('%s, whatever is repeated in it', (name, shape) => {
    for (const part of parts) {
      const make = (length: number) => {
        const message = `6ALBjJc0000152: ${shape(repeated(part, length))}`;
        return () => void parseSendmail(message);
      };
      // Two texts and the words around them are shorter than the longest message.
      expectLinear(make, 450, `${name} of ${part}`);
    }
  });
});

test.each([
  ['writtenLength', writtenLength, 4000],
  // A longer one is not looked into, which costs nothing.
  ['plainAddress', plainAddress, longestAddress / 4],
] as const)('%s, of any length', (_, read, shortest) => {
  for (const part of [...parts, '"', '<', '>', '.', '@:', '>.', ' >', '+', '%', '!']) {
    const make = (length: number) => {
      const text = repeated(part, length);
      return () => void read(text);
    };
    expectLinear(make, shortest, part);
  }
});

test.each([
  ['writtenLength', writtenLength],
  ['plainAddress', plainAddress],
] as const)('%s, of 64 KB', (_, read) => {
  for (const part of [
    ...parts,
    '(',
    '((a)+)',
    '(\\\\)+',
    '@x,',
    '<',
    '>',
    '+',
    '%',
    '!',
    '\\001',
  ]) {
    const make = (length: number) => {
      const text = repeated(part, length);
      return () => void read(text);
    };
    expectLinear(make, 16_384, part);
  }
});

describe('a line of any length', () => {
  const heads = [
    'Nov 21 11:51:44 ',
    'Nov 21 11:51:44 relay ',
    'Nov 21 11:51:44 relay sm-mta[7]: ',
    'Nov 21 11:51:44 relay sm-mta[7]: message repeated 2 times: [ ',
    '<21>1 2026-11-21T11:51:44.575196+00:00 relay sm-mta 7 - ',
    '<21>1 2026-11-21T11:51:44.575196+00:00 relay sm-mta 7 - [a b="',
  ];
  const all = [...parts, '[a b="c"]', 'sm-mta', ' sm-mta[', '\\"', '9', 'last message '];

  test.each(heads)('Frames: %s', (head) => {
    for (const part of all) {
      const make = (length: number) => {
        const [frames, text] = [new Frames(queueIdClock), head + repeated(part, length)];
        return () => void frames.read({source: 'log', offset: 0, text}, readMs);
      };
      expectLinear(make, 4000, part);
    }
  });

  test.each(heads)('the scanner: %s', (head) => {
    for (const part of all) {
      const make = (length: number) => {
        const scanner = lineScan(sendmail.scan, ['sm-mta']);
        const text = `${head}${repeated(part, length)}\n`;
        scanner.room.set(Buffer.from(text, 'latin1'));
        return () => scanner.each(text.length, () => undefined);
      };
      expectLinear(make, 4000, part);
    }
  });
});

test('pieces of messages: as many times as many of them', () => {
  const make = (pieces: number) => () => {
    const fragments = new Fragments(new Table<OpenMessage>([], 'unsaved'));
    for (let i = 0; i < pieces; i++) {
      const message = `6ALBjJc0000152[${(i % 40) + 1}]: ${'x'.repeat(50)} ...`;
      const pid = 152 + (i % 7);
      const record = {atMs: readMs, host: 'relay', program: 'sm-mta', pid, message, times: 1};
      fragments.take({...record, writer: undefined});
    }
  };
  expectLinear(make, 500, 'pieces');
});

test('the check finds quadratic code', () => {
  const make = (length: number) => {
    const text = `${'>'.repeat(length)}x`;
    return () => void />*$/.test(text);
  };
  // `growth` stops at the first ratio that looks linear, and a busy machine can make one.
  const isFound = (): boolean => growth(make, 600) > mostGrowth;
  expect(Array.from({length: 60}).some(isFound)).toBe(true);
});
