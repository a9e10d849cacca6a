import {describe, expect, test} from '@jest/globals';
import {
  headerText,
  mostHeaderCharacters,
  readHeader,
  valuesOf,
} from '../../../src/complaint/header/fields.js';

const lines = [
  'Received: from a (b [192.0.2.7])',
  '\tby relay.example.net',
  'Subject : two words',
  'X-Empty:',
  '',
  'Received: in the body',
  '',
];

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
])('a header with %s', (_, end) => {
  const header = readHeader(lines.join(end));

  test('ends at the empty line; lines of the body are no fields', () => {
    expect(header.end).toBe('blank');
    expect(header.fields.map(({name}) => name)).toEqual(['received', 'subject', 'x-empty']);
  });

  test('a folded field is one value, and stays as it lies there', () => {
    expect(valuesOf(header, 'received')).toEqual(['from a (b [192.0.2.7]) by relay.example.net']);
    expect(headerText(header)).toBe(`${lines.slice(0, 4).join('\n')}\n`);
  });
});

test('the line in front of a message of a mailbox is no field', () => {
  const header = readHeader(`From alice Sun Nov 29 15:00:00 2026\n${lines.join('\n')}`);
  expect(header.fields).toHaveLength(3);
});

test.each([
  ['a line that is no field', 'A: b\nno field\nReceived: x\n', ['a'], 'text'],
  ['a blank line of spaces continues', 'A: b\n \nB: c\n\n', ['a', 'b'], 'blank'],
  ['a continuation without a field', ' x\nA: b\n', [], 'text'],
  ['no body', 'A: b', ['a'], 'end'],
  ['nothing', '', [], 'end'],
  ['only an end of line', '\n', [], 'blank'],
])('%s', (_, text, names, end) => {
  const header = readHeader(text);
  expect(header.fields.map(({name}) => name)).toEqual(names);
  expect(header.end).toBe(end);
});

test('a header without end is cut at the bound, and its last field left out', () => {
  const header = readHeader(`A: b\n${`X: ${'y'.repeat(90)}\n`.repeat(2000)}Received: late\n\n`);
  expect(header.end).toBe('cut');
  expect(headerText(header).length).toBeLessThanOrEqual(mostHeaderCharacters);
  expect(valuesOf(header, 'received')).toEqual([]);
});

test('is read in a time that grows with its length', () => {
  for (const piece of ['a', 'a:\n', ' \n', 'A: b\n ', '\r', ': ', 'From ', '\0']) {
    expect(readHeader(piece.repeat(200_000)).fields.length).toBeLessThan(mostHeaderCharacters);
  }
});
