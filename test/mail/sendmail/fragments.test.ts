import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Fragments, longestPauseMs, mostOpenMessages} from '../../../src/mail/sendmail/fragments.js';
import type {LogRecord} from '../../../src/log/record.js';
import {longestMessageBytes} from '../../../src/mail/sendmail/read-message.js';
import {parseSyslog} from '../../log/parse-syslog.js';
import {Table} from '../../../src/base/mechanisms/table.js';
import type {OpenMessage} from '../../../src/mail/pieces.js';

const startMs = Date.UTC(2026, 10, 21, 12);

function recordOf(message: string, pid = 28, atMs = startMs): LogRecord {
  return {atMs, host: 'relay', program: 'sm-mta', pid, message, times: 1, writer: undefined};
}

const make = (): {table: Table<OpenMessage>; fragments: Fragments} => {
  const table = new Table<OpenMessage>();
  return {table, fragments: new Fragments(table)};
};

type Taken = ReturnType<Fragments['take']>;

const messageOf = (taken: Taken): string | undefined =>
  typeof taken === 'object' ? taken.message : taken;

/** As sendmail/conf.c sm_syslog() does it, with a SYSLOG_BUFSIZE that is small enough for tests. */
function split(id: string, text: string, bufferBytes: number): string[] {
  if (text.length + id.length + 1 < bufferBytes) return [id === '' ? text : `${id}: ${text}`];
  const most = bufferBytes - id.length - 5 - 7;
  const pieces: string[] = [];
  let rest = text;
  while (rest !== '' && rest.length + id.length + 5 > bufferBytes) {
    let end = most;
    while (end > 0 && rest[end] !== ',' && rest[end] !== ' ') end -= 1;
    end = end === 0 ? most : end + 1;
    pieces.push(`${id}[${String(pieces.length + 1)}]: ${rest.slice(0, end)} ...`);
    rest = rest.slice(end);
  }
  if (rest !== '') pieces.push(`${id}[${String(pieces.length + 1)}]: ${rest}`);
  return pieces;
}

const ids = ['6ALBjJc0000152', '6ALBjJd0000152', 'NOQUEUE', ''];
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(', ', ' ...', ' ', '[2]: ', '6ALBjJc0000152[2]: ', ': ', '\\001\\001', 'x'),
      fc.string({maxLength: 20}),
    ),
    {minLength: 5, maxLength: 60},
  )
  // A last piece that ends so looks the same as one that is not the last.
  .map((parts) => `ruleset=${parts.join('')}.`);

describe('Fragments puts together what sendmail split', () => {
  const directory = new URL('../../data/recorded/', import.meta.url);
  const recordings = readdirSync(directory).filter((name) => name.endsWith('.log'));

  test.each(recordings)('in %s, and leaves everything else as it is', (name) => {
    const {fragments, table} = make();
    let held: string[] = [];
    let wholes = 0;
    for (const line of readFileSync(new URL(name, directory), 'latin1').split('\n')) {
      const record = parseSyslog(line, startMs + 86_400_000);
      if (record === undefined) continue;
      const taken = fragments.take(record);
      if (!/^\w*\[\d+\]: /.test(record.message)) {
        expect(taken).toBe(record);
        continue;
      }
      held.push(record.message);
      if (taken === 'held') continue;
      // Split as sendmail does, with its buffer less what it takes off for the tag, it is the pieces.
      const [, id = '', whole = ''] = /^(\w{14}): (.*)$/s.exec(messageOf(taken) ?? '') ?? [];
      const buffers = Array.from({length: 60}, (_, i) => 1024 - i);
      expect(buffers.map((bytes) => split(id, whole, bytes))).toContainEqual(held);
      held = [];
      wholes += 1;
    }
    expect(wholes).toBeGreaterThan(0);
    expect(fragments.lost).toBe(0);
    expect(table.size).toBe(0);
  });

  test('whatever the text, wherever it was cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ids),
        text,
        fc.integer({min: 40, max: 200}),
        (id, said, most) => {
          fc.pre(said.length + 20 < longestMessageBytes);
          const {fragments, table} = make();
          const pieces = split(id, said, most);
          const taken = pieces.map((message) => messageOf(fragments.take(recordOf(message))));
          expect(taken.slice(0, -1)).toEqual(pieces.slice(1).map(() => 'held'));
          expect(taken.at(-1)).toBe(id === '' ? said : `${id}: ${said}`);
          expect([table.size, fragments.lost]).toEqual([0, 0]);
        },
      ),
    );
  });

  test('as the record of the last piece, from pieces that outlived a restart', () => {
    const before = make();
    before.fragments.take(recordOf('6ALBjJc0000152[1]: a,  ...'));
    const saved = JSON.parse(JSON.stringify([...before.table.entries()])) as [
      string,
      OpenMessage,
    ][];
    const last = recordOf('6ALBjJc0000152[2]: b', 28, startMs + 1);
    expect(new Fragments(new Table(saved)).take(last)).toEqual({
      ...last,
      message: '6ALBjJc0000152: a, b',
    });
  });
});

describe('Fragments gives up', () => {
  const first = '6ALBjJc0000152[1]: ruleset=check_rcpt, arg1=<x>,  ...';
  const second = '6ALBjJc0000152[2]: relay=[203.0.113.7],  ...';
  const third = '6ALBjJc0000152[3]: reject=550 5.7.1 <x>... Relaying denied';

  test.each<[string, string[], number]>([
    ['a second piece without the first', [second], 1],
    ['a gap', [first, third], 2],
    ['a repetition', [first, second, second, third], 4],
    ['a wrong order', [second, first, third], 3],
    ['two first pieces', [first, first, third], 3],
    ['the pieces behind another id', [first, '6ALBjJd0000152[2]: x'], 2],
    ['a message in between', [first, '6ALBjJc0000152: from=<a@b>', second, third], 3],
    ['a first piece that is the last', ['6ALBjJc0000152[1]: x'], 1],
    ['too many parts', [first, '6ALBjJc0000152[999]: log terminated, too many parts'], 2],
    ['piece 0', ['6ALBjJc0000152[0]: x', '6ALBjJc0000152[00]: x ...'], 2],
  ])('%s', (_, messages, lost) => {
    const {fragments, table} = make();
    for (const message of messages) {
      const taken = fragments.take(recordOf(message));
      expect([undefined, 'held', '6ALBjJc0000152: from=<a@b>']).toContain(messageOf(taken));
    }
    expect(fragments.lost).toBe(lost);
    expect(table.size).toBe(0);
  });

  test('a piece that stands for several', () => {
    const {fragments, table} = make();
    fragments.take(recordOf(first));
    expect(fragments.take({...recordOf(second), times: 2})).toBeUndefined();
    expect([table.size, fragments.lost]).toEqual([0, 2]);
  });

  test.each([longestPauseMs + 1, -longestPauseMs - 1])('a piece %i ms later', (laterMs) => {
    const {fragments, table} = make();
    fragments.take(recordOf(first));
    expect(fragments.take(recordOf(second, 28, startMs + laterMs))).toBeUndefined();
    expect([table.size, fragments.lost]).toEqual([0, 2]);
  });

  test('old pieces, when any program writes a line', () => {
    const {fragments, table} = make();
    fragments.take(recordOf(first));
    const other = recordOf('NOQUEUE: x', 29, startMs + longestPauseMs + 1);
    expect(fragments.take(other)).toBe(other);
    expect([table.size, fragments.lost]).toEqual([0, 1]);
  });

  test('a message that becomes longer than one can be', () => {
    const {fragments, table} = make();
    const part = 'x'.repeat(1000);
    const taken = [1, 2, 3, 4, 5].map((n) =>
      fragments.take(recordOf(`6ALBjJc0000152[${n}]: ${part} ...`)),
    );
    expect(taken).toEqual(['held', 'held', 'held', 'held', undefined]);
    expect([table.size, fragments.lost]).toEqual([0, 5]);
  });

  test('the oldest of too many', () => {
    const {fragments, table} = make();
    for (let pid = 0; pid <= mostOpenMessages; pid += 1) fragments.take(recordOf(first, pid));
    expect([table.size, fragments.lost]).toEqual([mostOpenMessages, 1]);
    expect(fragments.take(recordOf(second, 0))).toBeUndefined();
    expect(fragments.take(recordOf(second, 1))).toBe('held');
  });

  test('a piece of another process, program, host or user', () => {
    const others: Partial<LogRecord>[] = [
      {pid: 29},
      {program: 'sendmail'},
      {host: 'other'},
      {writer: {pid: 28, uid: 1000, executable: '/usr/bin/logger'}},
    ];
    for (const other of others) {
      const {fragments} = make();
      fragments.take(recordOf(first));
      expect(fragments.take({...recordOf(second), ...other})).toBeUndefined();
      expect(fragments.take(recordOf(second))).toBe('held');
    }
  });
});

describe('Fragments, with pieces that are lost, doubled and reordered', () => {
  interface Piece {
    readonly pid: number;
    readonly message: string;
  }
  const said = fc.record({
    pid: fc.constantFrom(28, 29, 30),
    id: fc.constantFrom(...ids),
    text,
    most: fc.integer({min: 40, max: 200}),
  });

  /** Several processes write at the same time, each its messages one after the other. */
  const log = fc.array(said, {maxLength: 12}).chain((messages) => {
    // Every message is another one, so that a mixture of two is neither.
    const pieces = messages.flatMap(({pid, id, text, most}, index) =>
      split(id, `${String(index)} ${text}`, most).map((message): Piece => ({pid, message})),
    );
    return fc.record({
      originals: fc.constant(messages.map(({id, text}, i) => `${id}: ${String(i)} ${text}`)),
      pieces: fc.constant(pieces),
      order: fc.array(fc.nat(1000), {minLength: pieces.length, maxLength: pieces.length}),
    });
  });

  const isPiece = (message: string): boolean => /^(?:\w{14}|NOQUEUE|)\[\d+\]: /.test(message);

  test('between processes any order is right', () => {
    fc.assert(
      fc.property(log, ({pieces, order}) => {
        const queues = [28, 29, 30].map((pid) => pieces.filter((piece) => piece.pid === pid));
        const {fragments} = make();
        let wholes = 0;
        for (const turn of [...order, ...order, ...order]) {
          const next = queues[turn % 3]?.shift();
          if (next === undefined) continue;
          if (typeof fragments.take(recordOf(next.message, next.pid)) === 'object') wholes += 1;
        }
        for (const {pid, message} of queues.flat()) {
          if (typeof fragments.take(recordOf(message, pid)) === 'object') wholes += 1;
        }
        expect(fragments.lost).toBe(0);
        const firsts = pieces.filter(({message}) => !isPiece(message) || message.includes('[1]: '));
        expect(wholes).toBeLessThanOrEqual(firsts.length);
      }),
    );
  });

  test('each piece is used, held or lost', () => {
    fc.assert(
      fc.property(log, ({pieces, order}) => {
        const {fragments, table} = make();
        const damaged = pieces.flatMap((piece, i) => {
          const fate = (order[i] ?? 0) % 10;
          return fate === 0 ? [] : fate === 1 ? [piece, piece] : [piece];
        });
        let held = 0;
        let used = 0;
        for (const {pid, message} of damaged) {
          if (!isPiece(message)) {
            expect(messageOf(fragments.take(recordOf(message, pid)))).toBe(message);
            continue;
          }
          held += 1;
          const openOf = (): number => [...table.values()].reduce((sum, o) => sum + o.pieces, 0);
          const taken = fragments.take(recordOf(message, pid));
          if (typeof taken === 'object') used = held - fragments.lost - openOf();
          expect(used + fragments.lost + openOf()).toBe(held);
          if (typeof taken !== 'object') continue;
          // Never begins in the middle: what is put together begins as a message does.
          expect(taken.message).toMatch(/^(?:(?:\w{14}|NOQUEUE): )?\d+ ruleset=/);
        }
      }),
    );
  });
});
