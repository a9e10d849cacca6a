import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  type FilterWords,
  isEmptyFilter,
  isMeant,
  isNamed,
  readFilter,
} from '../../src/queue/filter.js';
import {message, ofClient, relayed, withLogin} from './samples.js';

const filterOf = (words: FilterWords, ids: readonly string[] = []) => {
  const read = readFilter(words, ids);
  if (read.kind === 'wrong') throw new Error(read.problems.join('\n'));
  return read.filter;
};

const createdMs = 1_795_965_523_000;
const meant = (words: FilterWords, text = relayed, body = 'Buy now\n'): boolean =>
  isMeant(filterOf(words), message(text), createdMs + 3_600_000, () => body);

test('by the reason for which a message is held', () => {
  const heldFor = (reason: string): string => relayed.replace(/^P/m, `q${reason}\nP`);
  const ours = 'blocksmtp: auth:anna failures 20';
  expect(meant({reason: 'blocksmtp: *'}, heldFor(ours))).toBe(true);
  expect(meant({reason: 'blocksmtp: *'}, heldFor('Eicar found by clamav-milter'))).toBe(false);
  expect(meant({reason: 'blocksmtp: *'})).toBe(false);
});

describe('each filter', () => {
  test.each<[FilterWords, boolean]>([
    [{}, true],
    [{from: 'spoof@'}, true],
    [{from: 'SPOOF@example.org'}, true],
    [{from: '*@example.org'}, true],
    [{from: 'poof*'}, false],
    [{from: 'forged@'}, true],
    [{from: 'anonymous@'}, false],
    [{to: 'ext@example.com'}, true],
    [{to: 'example.com*'}, false],
    [{received: 'invoked by uid 99'}, true],
    [{received: 'uid 98'}, false],
    [{uid: '1000'}, true],
    [{uid: 'alice'}, true],
    [{uid: '100'}, false],
    [{auth: 'anna'}, false],
    [{host: '127.0.0.0/8'}, true],
    [{host: '192.0.2.0/24'}, false],
    [{host: 'localhost'}, true],
    [{header: 'subject:cheap meds'}, true],
    [{header: 'X-PHP-Originating-Script:33:*'}, true],
    [{header: 'Subject:*pills*'}, false],
    [{header: 'X-None:*'}, false],
    [{text: 'buy now'}, true],
    [{text: 'sell'}, false],
    [{older: '1h'}, true],
    [{older: '61m'}, false],
    [{held: true}, false],
  ])('%j', (words, wanted) => expect(meant(words)).toBe(wanted));

  test('all of them must fit', () => {
    expect(meant({from: 'spoof@', uid: 'alice', text: 'buy'})).toBe(true);
    expect(meant({from: 'spoof@', uid: 'carol', text: 'buy'})).toBe(false);
  });

  test('a login, and a client', () => {
    expect(meant({auth: 'anna@*'}, withLogin)).toBe(true);
    expect(meant({host: '192.0.2.66'}, ofClient)).toBe(true);
    // A header of the client's does not make it a user's.
    expect(meant({uid: 'alice'}, ofClient)).toBe(false);
  });

  test('ids', () => {
    const mail = message(relayed);
    expect(isMeant(filterOf({}, [mail.id]), mail, 0, () => '')).toBe(true);
    expect(isMeant(filterOf({}, ['6ATFIh0Y000999']), mail, 0, () => '')).toBe(false);
  });

  test('the body is read only for a filter on it', () => {
    const never = (): string => {
      throw new Error('the body was read');
    };
    expect(isMeant(filterOf({from: 'spoof'}), message(relayed), 0, never)).toBe(true);
    expect(isMeant(filterOf({from: 'nobody', text: 'y'}), message(relayed), 0, never)).toBe(false);
  });
});

test('a message that the words of a filter rule out is none that fits', () => {
  // The quick look at the whole file may never leave out what the filter itself would take.
  const texts = fc.constantFrom(
    ...[
      'spoof@example.org',
      'cheap meds',
      'CHEAP',
      'meds',
      'by uid',
      'b*d',
      '(qmail 123*',
      'x',
      ' ',
    ],
    ...['*', 'relay.example.net (8.18.1/8.18.1/Submit) id', 'eval()*', 'bob@example.net', 'GMT'],
  );
  const word = fc.constantFrom('from', 'to', 'received', 'header', 'host');
  fc.assert(
    fc.property(word, texts, (name, text) => {
      const filter = filterOf({[name]: name === 'header' ? `subject:${text}` : text});
      const {words, ...slow} = filter;
      const mail = message(relayed);
      const is = (each: typeof slow): boolean => isMeant(each, mail, createdMs, () => '');
      expect(is(filter)).toBe(is(slow));
      expect(words).toBeDefined();
    }),
  );
});

test('the name of a file alone gives an id and a state', () => {
  const filter = {...filterOf({held: true}, ['6ATFIh0Y000204'])};
  expect(isNamed(filter, {id: '6ATFIh0Y000204', state: 'held'})).toBe(true);
  expect(isNamed(filter, {id: '6ATFIh0Y000204', state: 'waiting'})).toBe(false);
  expect(isNamed(filter, {id: '6ATFIh0Y000205', state: 'held'})).toBe(false);
  expect(isNamed(filterOf({from: 'x'}), {id: 'any', state: 'waiting'})).toBe(true);
});

test('wrong words are all reported', () => {
  const read = readFilter(
    {from: true, uid: 'a b', header: 'Subject', older: '1y', text: 'x'.repeat(201)},
    ['../etc', '-q', 'ok12345'],
  );
  expect(read).toEqual({
    kind: 'wrong',
    problems: [
      expect.stringMatching(/^--from: no value: expected text/),
      expect.stringMatching(/^--uid: "a b": expected the number/),
      expect.stringMatching(/^--header: "Subject": expected NAME:TEXT/),
      expect.stringMatching(/^--text: "x+": expected text of at most 200/),
      expect.stringMatching(/^--older: "1y": expected a time/),
      expect.stringMatching(/^"\.\.\/etc": expected the id/),
      expect.stringMatching(/^"-q": expected the id/),
    ],
  });
});

test('an empty filter is one that means all', () => {
  expect(isEmptyFilter(filterOf({}))).toBe(true);
  expect(isEmptyFilter(filterOf({held: true}))).toBe(false);
});
