/** What two sources tell, both, counts once; what one source tells twice is meant. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Duplicates, mostMessages} from '../../src/log/duplicates.js';
import type {LogRecord} from '../../src/log/record.js';

const record = (message: string, more: Partial<LogRecord> = {}): LogRecord => ({
  atMs: 0,
  host: 'relay',
  program: 'sm-mta',
  pid: 152,
  message,
  times: 1,
  writer: undefined,
  ...more,
});

describe('Duplicates', () => {
  test('the first of two equal lines from two sources is new, whatever time each gives it', () => {
    const seen = new Duplicates();
    expect(seen.isNew('file', record('a', {atMs: 1}))).toBe(true);
    expect(seen.isNew('journal', record('a', {atMs: 2}))).toBe(false);
    expect(seen.isNew('journal', record('b'))).toBe(true);
    expect(seen.isNew('file', record('b', {host: 'RELAY'}))).toBe(false);
  });

  test.each([{pid: 153}, {host: 'mx2'}, {message: 'b'}, {times: 2}])(
    '%j makes another message',
    (more) => {
      const seen = new Duplicates();
      seen.isNew('file', record('a'));
      expect(seen.isNew('journal', record('a', more))).toBe(true);
    },
  );

  test('in any order: as many are new as in the source with the most', () => {
    const source = fc.constantFrom('file', 'journal', 'other');
    fc.assert(
      fc.property(fc.array(fc.tuple(source, fc.constantFrom('a', 'b'))), (told) => {
        const seen = new Duplicates();
        const fresh = told.filter(([from, message]) => seen.isNew(from, record(message)));
        for (const message of ['a', 'b']) {
          const counts = ['file', 'journal', 'other'].map(
            (from) => told.filter((each) => each[0] === from && each[1] === message).length,
          );
          expect(fresh.filter((each) => each[1] === message)).toHaveLength(Math.max(...counts));
        }
      }),
    );
  });

  test('remembers as many as it may, the newest ones', () => {
    const seen = new Duplicates();
    for (let i = 0; i <= mostMessages; i++) seen.isNew('file', record(`m${i}`));
    expect(seen.isNew('journal', record(`m${mostMessages}`))).toBe(false);
    expect(seen.isNew('journal', record('m1'))).toBe(false);
    expect(seen.isNew('journal', record('m0'))).toBe(true);
  });
});
