import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readControlFile} from '../../src/queue/control-file.js';
import {macroIn, mostRecipients} from '../../src/queue/control-lines.js';
import {control, relayed} from './samples.js';
import {anyCharacter} from '../support/any-text.js';

describe('a control file of 8.18', () => {
  const read = control(relayed);

  test('has its single lines', () => {
    expect(read).toMatchObject({version: 8, createdMs: 1_795_965_523_000});
    expect(read.lines).toMatchObject({
      lastTryMs: 1_795_965_557_000,
      tries: 1,
      priority: 90509,
      flags: 's',
      sender: '<spoof@example.org>',
      why: 'Deferred: Connection refused by mx.example.com.',
      quarantine: '',
      dataDirectory: '',
    });
    expect(macroIn(read.lines, '_')).toBe('localhost [127.0.0.1]');
    expect(macroIn(read.lines, '{daemon_flags}')).toBe('');
  });

  test('has its recipients, each with its own reason', () => {
    expect(read.lines.recipients).toEqual([
      {address: '<bob@example.net>', flags: 'PFD', why: ''},
      {address: '<ext@example.com>', flags: 'PFD', why: 'user unknown elsewhere'},
    ]);
  });

  test('has headers that go on over lines, in their order', () => {
    expect(read.headers.map(({name}) => name)).toEqual([
      'Return-Path',
      'Received',
      'Received',
      'From',
      'X-PHP-Originating-Script',
      'Subject',
      'Received',
    ]);
    expect(read.headers[5]?.value).toBe('cheap\n\tmeds');
  });
});

describe('other versions', () => {
  test.each([2, 3, 4, 5, 6, 7])('V%i is read', (version) => {
    const text = `V${version}\nT100\nK0\nN0\nP5\nSanna\nCanna:1000:1000:anna\nRPFD:x@example.com\nqbad\nHSubject: old\n.\n`;
    expect(control(text)).toMatchObject({
      version,
      createdMs: 100_000,
      lines: {
        lastTryMs: undefined,
        quarantine: 'bad',
        recipients: [{address: 'x@example.com', flags: 'PFD'}],
      },
      headers: [{name: 'Subject', value: 'old'}],
    });
  });

  test.each(['V1\n.\n', 'V9\nT1\n.\n', 'T1\nSx\n.\n', '\x7fELF\x02\x01\n', 'V8'])(
    '%j is strange, and says why',
    (text) =>
      expect(readControlFile(text)).toEqual({
        kind: 'strange',
        why: expect.stringMatching(/expected V2 to V8$/),
      }),
  );
});

test('a file without its last line is torn, wherever it was cut', () => {
  // Behind the first line; the file itself ends with the dot and a line feed.
  for (let length = 3; length < relayed.length - 2; length++) {
    expect(readControlFile(relayed.slice(0, length))).toEqual({kind: 'torn'});
  }
  expect(readControlFile('')).toEqual({kind: 'torn'});
});

test('lines behind the dot are not read', () => {
  expect(control('V8\nT1\nSa\nH??Subject: one\n.\nH??Subject: two\n').headers).toHaveLength(1);
});

test('a continued header cannot begin a line of control', () => {
  const text = 'V8\nT1\nSa\nRPFD:b\nH??Subject: x\n\t.\n\tSroot\n\tRPFD:c\n.\n';
  expect(control(text).lines).toMatchObject({sender: 'a', recipientCount: 1});
});

test('no letter behind the first header is one of control', () => {
  const {lines, headers} = control('V8\nT1\nSa\nH??Subject: x\nSroot\nRPFD:c\nH??From: b\n.\n');
  expect(lines).toMatchObject({sender: 'a', recipientCount: 0});
  expect(headers.map(({name}) => name)).toEqual(['Subject', 'From']);
});

test('a dot that goes on in the next line is no end', () => {
  expect(readControlFile('V8\nT1\n.\n\tx\n')).toEqual({kind: 'torn'});
  expect(control('V8\nT1\n.\n\tx\nSa\n.\n').lines.sender).toBe('a');
});

test('whether a text stands in it, in capital or small letters', () => {
  const file = control(relayed);
  expect([file.mayHold('invoked'), file.mayHold("eval()'d"), file.mayHold('nowhere')]).toEqual([
    ...[true, true, false],
  ]);
});

test('the count covers also recipients beyond the bound', () => {
  const many = Array.from({length: mostRecipients + 5}, (_, i) => `RPFD:u${i}@example.com\n`);
  const {lines} = control(`V8\nT1\nSa\n${many.join('')}.\n`);
  expect([lines.recipients.length, lines.recipientCount]).toEqual([
    mostRecipients,
    mostRecipients + 5,
  ]);
});

test('whatever stands in a file, it is read as something', () => {
  const line = fc.tuple(
    fc.constantFrom(...Array.from('VTKNPIMFSACrRQBZq$dH!.\t? ')),
    fc.string({unit: anyCharacter}),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = `V8\n${lines.map((each) => each.join('')).join('\n')}`;
      const read = readControlFile(text);
      expect(['control', 'torn']).toContain(read.kind);
      if (read.kind !== 'control') return;
      expect(read.control.createdMs).not.toBeNaN();
      expect(read.control.lines.tries).not.toBeNaN();
      // Each header is a piece of the text, and none holds the end of the file.
      for (const {name, value} of read.control.headers) {
        expect(text).toContain(value);
        expect(name).toMatch(/^[^\s:]+$/);
        expect(value).not.toMatch(/\n\.$/);
      }
    }),
  );
});

test('a megabyte of anything is read in a time that grows with its length', () => {
  for (const piece of ['\t', 'H??a', 'H?', '?', '$', 'R:', '\n\t', '\n', 'M ']) {
    const text = `V8\nT1\n${piece.repeat(Math.floor(1_000_000 / piece.length))}\n.\n`;
    const read = readControlFile(text);
    expect(read.kind).toMatch(/control|torn/);
    if (read.kind === 'control') expect(read.control.headers.length).toBeLessThan(500_000);
  }
});
