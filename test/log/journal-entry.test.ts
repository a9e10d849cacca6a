/** Entries as journalctl prints them. The files in test/data are real: systemd 257 and 252. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import fs from 'node:fs';
import {cursorAt, isSameEntry, readJournalEntry} from '../../src/log/journal-entry.js';
import type {LogRecord} from '../../src/log/record.js';
import {authorshipOf} from '../../src/mail/sendmail/program.js';
import {parseSyslog} from './parse-syslog.js';

type Entry = Readonly<Record<string, unknown>>;
const recorded = (name: string): Entry[] =>
  fs
    .readFileSync(`test/data/${name}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);

const machineId = '8c608844777c41b5b763a4d5bd42e252';
const mailer = recorded('journal-sendmail-8.18.1.jsonl');
const alive = mailer.find((entry) => String(entry['MESSAGE']).includes('from='))!;
const ended = mailer.find((entry) => entry['_EXE'] === undefined)!;

function read(entry: unknown, machine: string | undefined = machineId): LogRecord | undefined {
  const found = readJournalEntry(entry, machine);
  return found.kind === 'record' ? found.record : undefined;
}

describe('a line of sendmail', () => {
  test('has all that the same line has in a file, and its writer', () => {
    const message =
      '6ALGjmx5000074: from=<a@b.example>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4, relay=localhost [127.0.0.1]';
    const line = `2026-11-21T16:45:48.998933+00:00 relay.example.net sm-mta[74]: ${message}`;
    expect(read(alive)).toEqual({
      ...parseSyslog(line, Date.now()),
      writer: {pid: 74, uid: 0, executable: '/usr/libexec/sendmail/sendmail'},
    });
  });

  test('of a process that had ended has the name that was left', () => {
    expect(read(ended)?.writer).toEqual({pid: 73, uid: 0, executable: 'sendmail-mta'});
    expect(read({...ended, _COMM: undefined})?.writer).toEqual({pid: 73, uid: 0, executable: ''});
  });

  test('gives the cursor', () => {
    expect(readJournalEntry(alive, machineId).cursor).toBe(alive['__CURSOR']);
  });
});

describe('the writer is not known', () => {
  const without = (...names: string[]): Entry =>
    Object.fromEntries(Object.entries(alive).filter(([name]) => !names.includes(name)));
  test.each([
    ['another machine', {...alive, _MACHINE_ID: 'f'.repeat(32)}],
    ['a machine that does not say which', without('_MACHINE_ID')],
    ['a stream', {...alive, _TRANSPORT: 'stdout'}],
    ['root at the native socket', {...alive, _TRANSPORT: 'journal'}],
    ['no user id', without('_UID')],
    ['two user ids', {...alive, _UID: ['0', '1000']}],
    ['no pid of the kernel', without('_PID')],
  ])('%s', (_, entry) => {
    expect(read(entry)).toMatchObject({pid: 74, writer: undefined});
  });

  test.each(['33', '1000'])(
    'but user %s at the native socket is no mailer, under any name',
    (uid) => {
      const {writer} = read({...alive, _TRANSPORT: 'journal', _UID: uid, SYSLOG_PID: '1'})!;
      expect(writer).toMatchObject({uid: Number(uid), executable: ''});
      expect(authorshipOf(writer!)).toBe('other');
    },
  );

  test('a machine without a number of its own', () => {
    expect(readJournalEntry(alive, undefined)).toMatchObject({record: {writer: undefined}});
  });
});

describe('the pid', () => {
  test.each([
    ['what the line claims', {SYSLOG_PID: '5'}, 5],
    ['the kernel says, without a claim', {SYSLOG_PID: undefined}, 74],
    ['the kernel says, for a claim that is none', {SYSLOG_PID: '5x'}, 74],
    ['the kernel says, for an absurd claim', {SYSLOG_PID: '99999999999999999999'}, 74],
    ['the kernel says, for two claims', {SYSLOG_PID: ['5', '6']}, 74],
  ])('%s', (_, changes, pid) => {
    expect(read({...alive, ...changes})).toMatchObject({pid, writer: {pid: 74}});
  });
});

describe('the time', () => {
  const writtenMs = 1_795_279_549_000;
  test.each([
    ['when it was sent', '1795279548996156', 1_795_279_548_996],
    ['when it was written, where the other is not known', undefined, writtenMs],
    ['when it was written, where the other is later', '1795279550000001', writtenMs],
    ['when it was written, where the other is days before', '1795079548996156', writtenMs],
    ['when it was written, where the other is nonsense', '-1', writtenMs],
  ])('%s', (_, sent, atMs) => {
    expect(read({...alive, _SOURCE_REALTIME_TIMESTAMP: sent})?.atMs).toBe(atMs);
  });
});

test('odd entries of a real journal', () => {
  const found = recorded('journal-odd-entries.jsonl').map((entry) => {
    const read = readJournalEntry(entry, machineId);
    return read.kind === 'record' ? [read.record.message, read.record.pid] : read.why;
  });
  const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
  const noMessage = 'no message, several, or a long one';
  expect(found).toEqual([
    ['one', 23],
    ['two', 34],
    'no program or host',
    ['  6ALB: two leading, trailing', 4711],
    noMessage,
    ['a\x01b\x1b[0m', 4711],
    noMessage,
    'several lines',
    ['', 42],
    ['a', 4711],
    noMessage,
    [utf8('tab\tcafé 😀 \u2028'), 4711],
    ['odd pid', 42],
    ['stdout line', 84],
  ]);
});

describe('hostile entries', () => {
  test.each([
    null,
    undefined,
    1,
    'text',
    [],
    {},
    {...alive, __CURSOR: ''},
    {...alive, MESSAGE: [256]},
    {...alive, MESSAGE: [1.5]},
    {...alive, MESSAGE: [-1]},
    {...alive, MESSAGE: ['a', 1]},
    {...alive, MESSAGE: {}},
    {...alive, MESSAGE: '\ud800'},
    {...alive, _HOSTNAME: null},
    {...alive, __REALTIME_TIMESTAMP: 'x'},
  ])('case %# is none', (entry) => {
    expect(readJournalEntry(entry, machineId).kind).toBe('none');
  });

  test('whatever a field holds, it is read or refused, and a message is bytes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(alive)), fc.jsonValue()), (odd) => {
        const record = read({...alive, ...odd});
        if (record === undefined) return;
        expect(/^[\x00-\xff]*$/.test(record.message)).toBe(true);
        expect(Number.isSafeInteger(record.pid)).toBe(true);
      }),
    );
  });

  test('text is the bytes of its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), (text) => {
        if (text.includes('\n')) return;
        const bytes = Buffer.from(text).toString('latin1');
        expect(read({...alive, MESSAGE: text})?.message).toBe(bytes);
      }),
    );
  });
});

describe('cursors', () => {
  const cursor = String(alive['__CURSOR']);
  test('of one entry under another number are the same', () => {
    expect(isSameEntry(cursor, cursor.replace(/^s=\w+;i=\w+/, 's=0;i=1'))).toBe(true);
  });
  test.each(['b', 'm', 't', 'x'])('that differ in %s are not', (part) => {
    expect(isSameEntry(cursor, cursor.replace(new RegExp(`${part}=\\w+`), `${part}=1`))).toBe(
      false,
    );
  });
  test('of a time alone is no entry', () => {
    expect(isSameEntry(cursorAt(1), cursor)).toBe(false);
    expect(isSameEntry('', '')).toBe(true);
    expect(cursorAt(1_795_279_549_000)).toBe('t=660cc17ca6940');
  });
});
