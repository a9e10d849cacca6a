import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type Framed, Frames} from '../../src/log/frames.js';
import {noPid} from '../../src/log/record.js';
import {mostTimes} from '../../src/log/syslog.js';
import {queueIdClock} from '../../src/mail/sendmail/queue-id.js';
import {superlinear} from '../support/growth.js';

const source = '/var/log/mail.log';
const reference = Date.UTC(2026, 10, 21, 18);

const rows = readFileSync(new URL('../data/framings.txt', import.meta.url), 'latin1')
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'));
const lines = rows.filter((row) => !row.startsWith('=> '));
const expectations = rows.filter((row) => row.startsWith('=> ')).map((row) => row.slice(3));

/** As one log. */
function readAll(texts: readonly string[], referenceMs = reference): Framed[] {
  const frames = new Frames(queueIdClock);
  let offset = 0;
  return texts.map((text) => {
    const framed = frames.read({source, offset, text}, referenceMs);
    offset += text.length + 1;
    return framed;
  });
}

/** The time as it is in the expectation, so that local times hold in every zone. */
function notation(framed: Framed, expectation: string): string {
  if (framed.kind === 'none') return `none: ${framed.why}`;
  const {atMs, host, program, pid, times, message} = framed.record;
  const [expectedTime = ''] = expectation.split(' ', 1);
  const time = Date.parse(expectedTime) === atMs ? expectedTime : new Date(atMs).toISOString();
  return `${time} ${host === '' ? "''" : host} ${program} ${pid} ${times} | ${message}`;
}

describe('Frames reads the frames of real logs', () => {
  const all = readAll(lines);

  test('each line has its expectation', () => {
    expect(lines.length).toBeGreaterThan(60);
    expect(expectations).toHaveLength(lines.length);
  });

  test.each(lines.map((line, index) => [line, expectations[index] ?? '', index] as const))(
    '%s',
    (_, expectation, index) => {
      expect(notation(all[index]!, expectation)).toBe(expectation);
    },
  );
});

const line = 'Nov  1 09:05:07 relay sm-mta[28]: 6A195700000028: <x@example.net>... User unknown';
const repeat = 'Nov  1 09:05:37 relay last message repeated 5 times';

describe('Frames reads `last message repeated` only directly behind the line', () => {
  const second = (offset: number, between: readonly string[] = []): Framed => {
    const frames = new Frames(queueIdClock);
    let at = 1000;
    for (const text of [line, ...between]) {
      frames.read({source, offset: at, text}, reference);
      at += text.length + 1;
    }
    return frames.read({source, offset: at + offset, text: repeat}, reference);
  };
  const unknown = {kind: 'none', why: 'it repeats a line that is not known'};

  test('as that record, with its count and its own time', () => {
    const atMs = new Date(2026, 10, 1, 9, 5, 37).getTime();
    const message = '6A195700000028: <x@example.net>... User unknown';
    expect(second(0)).toEqual({
      kind: 'record',
      record: {
        atMs,
        host: 'relay',
        program: 'sm-mta',
        pid: 28,
        message,
        times: 5,
        writer: undefined,
      },
    });
  });

  test.each([-1, 1, -1000, 4096])('not where %i bytes are between', (bytes) => {
    expect(second(bytes)).toEqual(unknown);
  });

  test('not behind a line that is no record', () => {
    expect(second(0, [''])).toEqual(unknown);
    expect(second(0, ['Nov  1 09:05:07 relay -- MARK --'])).toEqual(unknown);
  });

  test('of the line in between, if that is one', () => {
    const between = 'Nov  1 09:05:08 relay cron[7]: x';
    expect(second(0, [between])).toMatchObject({record: {program: 'cron', times: 5}});
  });

  test('not as the first line of all', () => {
    expect(readAll([repeat])).toEqual([unknown]);
    expect(new Frames(queueIdClock).read({source, offset: 500, text: repeat}, reference)).toEqual(
      unknown,
    );
  });

  test('a repeat of a repeat is bounded too', () => {
    const compressed =
      'Nov  1 09:05:07 relay sm-mta[28]: message repeated 5000 times: [ 6A195700000028: x]';
    const [, repeated] = readAll([compressed, repeat]);
    expect(repeated).toMatchObject({record: {times: mostTimes, message: '6A195700000028: x'}});
  });
});

describe('a message that rsyslog cut at 800 bytes says nothing', () => {
  const inside = (text: string): Framed[] =>
    readAll([`2026-11-21T11:51:46Z relay sm-mta[115]: message repeated 2 times: [${text}]`]);

  test.each([799, 800])('%i bytes', (bytes) => {
    const text = ` 6ALBpinP000115: <${'x'.repeat(bytes)}`.slice(0, bytes);
    expect(inside(text)).toMatchObject(
      bytes < 800
        ? [{record: {message: text.trimStart(), times: 2}}]
        : [{why: 'it repeats a message that is cut off'}],
    );
  });
});

/** What an attacker would put into every text of the attacker's own. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...lines.map((text) => text.slice(0, 80)),
        ']: ',
        '[1]: ',
        ' sm-mta[1]: ',
        'message repeated 9 times: [ ',
        'last message repeated 9 times',
        '[ID 801593 mail.notice] ',
        '[',
        ']',
        '"',
        '\\',
        '<21>1 ',
        '\xef\xbb\xbf',
        '2026-11-21T11:51:44Z ',
      ),
      fc.string({maxLength: 8}),
    ),
    {maxLength: 8},
  )
  .map((parts) => parts.join('').replaceAll(/[^\x20-\xff]/g, '?'));

describe('Frames on hostile text', () => {
  const shapes: Record<string, (message: string) => string> = {
    'RFC 3164': (message) => `Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    'RFC 3339': (message) => `2026-11-01T09:05:07.123456+00:00 relay sm-mta[28]: ${message}`,
    'no zone': (message) => `2026-11-01 09:05:07 relay sm-mta[28]: ${message}`,
    'RFC 5424': (message) => `<21>1 2026-11-01T09:05:07Z relay sm-mta 28 - -  ${message}`,
    'with data': (message) =>
      `<21>1 2026-11-01T09:05:07Z relay sm-mta 28 x [a@1 b="\\"]"][c] \xef\xbb\xbf${message}`,
    'with a priority': (message) => `<21>Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    'FreeBSD -vv': (message) => `Nov  1 09:05:07 <mail.notice> relay sm-mta[28]: ${message}`,
    Solaris: (message) => `Nov  1 09:05:07 relay sm-mta[28]: [ID 801593 mail.notice] ${message}`,
    repeated: (message) =>
      `Nov  1 09:05:07 relay sm-mta[28]: message repeated 1 times: [ ${message}]`,
    'a fraction': (message) => `Nov  1 09:05:07.575196 relay sm-mta[28]: ${message}`,
    'the year in front': (message) => `2026 Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    'seconds of Unix': (message) => `1793523907.575 relay sm-mta[28]: ${message}`,
    'short-full': (message) => `Sun 2026-11-01 09:05:07 CET relay sm-mta[28]: ${message}`,
    busybox: (message) => `Nov  1 09:05:07 relay mail.info sm-mta[28]: ${message}`,
    'two headers': (message) =>
      `Nov  1 09:05:08 192.0.2.5 Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    'RFC 5424 behind RFC 3164': (message) =>
      `Nov  1 09:05:08 loghost 1 2026-11-01T09:05:07Z relay sm-mta 28 - - ${message}`,
    'a sender and its name': (message) => `Nov  1 09:05:07 192.0.2.5 relay sm-mta[28]: ${message}`,
    CRI: (message) => `2026-11-01T09:05:07Z stdout F Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    compose: (message) => `mailer-1  | Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    kubectl: (message) => `[pod/a/b] Nov  1 09:05:07 relay sm-mta[28]: ${message}`,
    Docker: (message) =>
      JSON.stringify({
        log: `Nov  1 09:05:07 relay sm-mta[28]: ${message}\n`,
        stream: 'stdout',
        time: '2026-11-01T09:05:07.575196123Z',
      }),
    'CR LF': (message) => `Nov  1 09:05:07 relay sm-mta[28]: ${message}\r`,
  };

  test.each(Object.entries(shapes))('never changes which program said what: %s', (_, shape) => {
    fc.assert(
      fc.property(fc.constantFrom('6A195700000028: ', 'NOQUEUE: '), hostileText, (id, text) => {
        const message = `${id}${text}`;
        fc.pre(message.length < 780);
        const record = {host: 'relay', program: 'sm-mta', pid: 28, times: 1, message};
        expect(readAll([shape(message)])).toMatchObject([{kind: 'record', record}]);
      }),
      {numRuns: 300},
    );
  });

  test('without a pid, neither', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const message = `6A195700000028: ${text}`;
        const record = {host: 'relay', program: 'sm-mta', pid: noPid, times: 1, message};
        expect(readAll([`Nov  1 09:05:07 relay sm-mta: ${message}`])).toMatchObject([{record}]);
      }),
    );
  });

  test('another program’s never becomes the mailer’s, in whatever wrapping', () => {
    const wraps: readonly ((line: string) => string)[] = [
      (line) => line,
      (line) => `192.0.2.5 ${line}`,
      (line) => `mailer-1 | ${line}`,
      (line) => `2026-11-01T09:05:07Z stdout F ${line}`,
      (line) => JSON.stringify({log: `${line}\n`, stream: 'stdout', time: '2026-11-01T09:05:07Z'}),
    ];
    const tags = ['web[7]', 'web', 'kernel', 'mail.info web[7]'];
    fc.assert(
      fc.property(
        fc.constantFrom(...wraps),
        fc.constantFrom(...tags),
        hostileText,
        (wrap, tag, text) => {
          const [framed] = readAll([wrap(`Nov  1 09:05:07 relay ${tag}: ${text}`)]);
          if (framed?.kind === 'record') expect(framed.record.program).not.toBe('sm-mta');
        },
      ),
      {numRuns: 500},
    );
  });

  test('without a host, neither', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const message = `6A195700000028: ${text}`;
        const record = {host: '', program: 'sm-mta', pid: 28, times: 1, message};
        expect(readAll([`<22>Nov  1 09:05:07 sm-mta[28]: ${message}`])).toMatchObject([{record}]);
      }),
    );
  });

  const bytes = fc
    .uint8Array({maxLength: 200})
    .map((array) => Buffer.from(array).toString('latin1'));
  const damaged = fc
    .tuple(fc.constantFrom(...lines), fc.nat(200), fc.nat(20), bytes)
    .map(([text, at, length, other]) => text.slice(0, at) + other + text.slice(at + length));

  test('is a record with sound fields or none, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, damaged, fc.constantFrom(...lines))), (texts) => {
        for (const framed of readAll(texts)) {
          if (framed.kind === 'none') continue;
          const {atMs, program, pid, times} = framed.record;
          expect([atMs, pid, times].every(Number.isSafeInteger)).toBe(true);
          expect(program).not.toBe('');
          expect(times).toBeLessThanOrEqual(mostTimes);
        }
      }),
      {numRuns: 1000},
    );
  });
});

describe('the cost of a line grows no faster than its length', () => {
  const stamp = 'Nov  1 09:05:07 ';
  const lineOf: Record<string, (length: number) => string> = {
    'one word': (length) => stamp + 'a'.repeat(length),
    blanks: (length) => stamp + ' '.repeat(length),
    tags: (length) => stamp + 'a[1]: '.repeat(length / 6),
    'open brackets': (length) => `${stamp}relay sm-mta[1]: ${'[ID 1 '.repeat(length / 6)}`,
    digits: (length) => `${stamp}relay sm-mta[1]: message repeated ${'1'.repeat(length)}`,
    repeats: (length) =>
      `${stamp}relay sm-mta[1]: ${'message repeated 2 times: [ '.repeat(length / 28)}`,
    'last messages': (length) => `${stamp}relay ${'last message repeated '.repeat(length / 22)}`,
    'elements of data': (length) =>
      `<1>1 2026-11-01T09:05:07Z relay a 1 - ${'[a]'.repeat(length / 3)}`,
    'a value of data': (length) =>
      `<1>1 2026-11-01T09:05:07Z relay a 1 - [a b="${'\\"'.repeat(length / 2)}`,
    facilities: (length) => stamp + '<a.a'.repeat(length / 4),
    'a queue id': (length) => `${stamp}relay sm-mta[1]: ${'1'.repeat(length)}`,
    'headers of headers': (length) => `${stamp}relay `.repeat(length / 22),
    words: (length) => `${stamp}192.0.2.5 ${'a '.repeat(length / 2)}`,
    'keys of JSON': (length) => `{${'"a":1,'.repeat(length / 6)}"log":"x"}`,
    'braces of JSON': (length) => '{"a":'.repeat(length / 5),
    'a prefix': (length) => 'a'.repeat(length),
    'pieces of a fraction': (length) => `2026-11-01T09:05:07.${'1'.repeat(length)}`,
  };

  test.each(Object.entries(lineOf))('%s', (_, make) => {
    const work = (length: number) => {
      const text = Buffer.from(make(length), 'latin1').toString('latin1');
      return () => void new Frames(queueIdClock).read({source, offset: 0, text}, reference);
    };
    expect(superlinear(work, 64 * 1024)).toBeUndefined();
  });
});
