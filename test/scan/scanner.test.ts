/** The scanner may give a line too many, never one too few: on what was recorded, and on anything. */
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {lineScan, scanRoom} from '../../src/scan/scanner.js';
import {linesGiven, linesOf, linesThatMatter, missedLines} from './oracle.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {anyCharacter} from '../support/any-text.js';

const data = (name: string): string =>
  readFileSync(new URL(`../data/${name}`, import.meta.url), 'latin1');
const isLog = (name: string): boolean => name.endsWith('.log');
const logsIn = (folder: string): string[] =>
  readdirSync(new URL(`../data/${folder}`, import.meta.url))
    .filter(isLog)
    .map((name) => folder + name);
const logs = ['', 'recorded/', 'verdicts/'].flatMap(logsIn);

describe('the scan on recorded logs', () => {
  test.each(logs)('%s', (name) => {
    const log = data(name);
    expect(linesThatMatter(log).length).toBeGreaterThan(20);
    expect(missedLines(log)).toEqual([]);
  });

  test('passes over lines that say nothing of a client or a name', () => {
    const log = data('recorded/sendmail-8.18.1-ll15.log');
    const given = linesGiven(lineScan(sendmail.scan, ['sm-mta']), log, []);
    expect(given.length).toBeLessThan(linesOf(log).length * 0.6);
  });
});

/** Lines of a file of examples, without its remarks and what is to be read from them. */
const examples = (name: string): string[] =>
  data(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('=> '));

const messages = examples('sendmail-messages.txt');
const frames: readonly ((message: string, i: number) => string)[] = [
  (message, i) => `2026-11-21T11:51:44.5751${i % 90}+00:00 relay sm-mta[${i}]: ${message}`,
  (message, i) => `Nov 21 11:51:44 relay sm-mta[${i}]: ${message}`,
  (message) => `2026-11-21 11:51:44 relay sm-mta[1234567]: ${message}`,
  (message) => `<21>Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:44 <mail.notice> relay sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:44 sm-mta[7]: ${message}`,
  (message) => `2026-11-21T11:51:44Z sm-mta[7]: ${message}`,
  (message) => `<21>1 2026-11-21T11:51:44.575196+00:00 relay sm-mta 7 - - ${message}`,
  (message) => `Nov 21 11:51:44 relay sm-mta[7]: [ID 801593 mail.notice] ${message}`,
  (message) => `Nov 21 11:51:44 relay sm-mta[7]: message repeated 2 times: [ ${message}]`,
  (message) => `Nov 21 11:51:44.575196 relay sm-mta[7]: ${message}`,
  (message) => `2026 Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `1795261904.575 relay sm-mta[7]: ${message}`,
  (message) => `Sat 2026-11-21 11:51:44 CET relay sm-mta[7]: ${message}`,
  (message) => `@400000006b0185da0a1b2c3d mail.info: Nov 21 11:51:44 sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:44 relay mail.notice sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:44 relay relay.example.net sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:45 192.0.2.5 Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:45 relay 1 2026-11-21T11:51:44Z relay sm-mta 7 - - ${message}`,
  (message) => `Nov 21 11:51:44 relay sm-mta: ${message}`,
  (message) => `Nov 21 11:51:44 relay sm-mta[7]: ${message}\r`,
  (message) =>
    JSON.stringify({
      kubernetes: 'x'.repeat(600),
      log: `Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
    }),
  (message) =>
    JSON.stringify({
      log: `sm-mta[7]: ${message}\n`,
      stream: 'stdout',
      time: '2026-11-21T11:51:44Z',
    }),
  (message) =>
    `2026-11-21T11:51:44.575196123Z stdout F Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `2026-11-21T11:51:44Z stderr F sm-mta[7]: ${message}`,
  (message) => `mailer-1  | Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `[pod/mail-0/relay] Nov 21 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `Sat Nov 21 11:51:44 2026 relay sm-mta[7]: ${message}`,
  (message) => `Nov 21 2026 11:51:44 relay sm-mta[7]: ${message}`,
  (message) => `2026-11-21 11:51:44 +0000 relay sm-mta[7]: ${message}`,
  (message) => `2026-11-21_11:51:44.57519 mail.info: sm-mta[7]: ${message}`,
  (message) => `mail.info 2026-11-21T11:51:44+00:00 relay sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:44 mail.info relay sm-mta[7]: ${message}`,
  (message) => `Nov 21 11:51:44 [sm-mta] ${message}`,
  (message) => `2026-11-21T11:51:44Z relay sm-mta 7 - - ${message}`,
  (message) => `Nov 21 11:51:44 relay sm-mta[7]:  ${message}`,
];
/** Of a container's keeper: what one is cut into tells which of the next to read, so all are given. */
const isKept = (line: string): boolean => line.startsWith('{') || / std(?:out|err) F /.test(line);

describe('the scan on each message, in each frame', () => {
  test.each(messages)('%s', (message) => {
    for (const frame of frames.slice(0, 2)) expect(missedLines(frame(message, 41))).toEqual([]);
  });

  test('all in one log, by frame and mixed', () => {
    for (const frame of frames) expect(missedLines(messages.map(frame).join('\n'))).toEqual([]);
    const mixed = messages.map((message, i) => (frames[i % frames.length] ?? String)(message, i));
    expect(missedLines(mixed.join('\n'))).toEqual([]);
  });

  test('framings.txt, in its order', () => {
    expect(missedLines(`${examples('framings.txt').join('\n')}\n`)).toEqual([]);
  });

  test('a name of a host that begins as other lines do, in front of a sign', () => {
    const names = ['from.example', 'fromage.example', 'STARTTLS.example', 'STARTTLS=s.example'];
    const more = ['AUTH=server.example', 'Milter.example', 'to.example', 'ruleset.example'];
    for (const name of [...names, ...more]) {
      for (const text of ['VRFY x [198.51.100.66]', 'probable open proxy: command=GET /']) {
        const message = `6ALBkkFJ000207: ${name} [203.0.113.7]: ${text}`;
        for (const frame of frames.slice(0, 2)) {
          const line = frame(message, 7);
          expect(linesThatMatter(line)).toHaveLength(1);
          expect(missedLines(line)).toEqual([]);
        }
      }
    }
  });

  test('a line about delivered mail, whatever the next host says of it, and not one about waiting mail', () => {
    const head =
      '6ALHIl1Z018459: to=<anna@example.net>, delay=00:00:01, mailer=esmtp, relay=[192.0.2.30]';
    const sent = ['', ' (2.0.0 Message accepted)', ' (x, stat=Deferred: y)', ' ()'];
    for (const frame of frames.slice(0, 2)) {
      for (const tail of sent) {
        const line = frame(`${head}, dsn=2.0.0, stat=Sent${tail}`, 7);
        expect(linesThatMatter(line)).toHaveLength(1);
        expect(missedLines(line)).toEqual([]);
      }
      for (const stat of ['queued', 'Deferred: Connection refused', 'Service unavailable']) {
        const line = frame(`${head}, dsn=4.0.0, stat=${stat}`, 7);
        expect(linesGiven(lineScan(sendmail.scan, ['sm-mta']), line, [])).toEqual([]);
      }
    }
  });

  test('the end of a line that was cut, so that the next line is read', () => {
    const line = frames[0]?.('6ALHIl1Z018459: <anna@example.net>... User unknown', 7) ?? '';
    const stamp = '2026-11-21T11:51:44Z';
    const log = [`${stamp} stdout P cron: x`, `${stamp} stdout F y`, `${stamp} stdout F ${line}`];
    const given = linesGiven(lineScan(sendmail.scan, ['sm-mta']), log.join('\n'), []);
    expect(given.map(({text}) => text)).toEqual(log);
  });

  test('an envelope that a line in another frame named', () => {
    const unknown = '6ALBkkXF000203: <anna@example.net>... User unknown';
    const left =
      '6ALBkkXF000203: [203.0.113.7] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA';
    for (const frame of frames) {
      const told = [frame(unknown, 7), frame(unknown, 7).replace('[7]', '')];
      for (const line of told) expect(missedLines(`${line}\n${frames[0]!(left, 7)}`)).toEqual([]);
    }
  });

  test('an envelope that a recipient named which begins as the end of one does', () => {
    const left =
      '6ALBkkXF000203: [203.0.113.7] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA';
    for (const begin of [
      'from=',
      'to=',
      'to=tat=Sent',
      'STARTTLS=server, ',
      'ruleset=check_relay, ',
      '<-- ',
    ]) {
      const unknown = `6ALBkkXF000203: ${begin}<anna@example.net>... User unknown`;
      expect(missedLines(`${frames[0]!(unknown, 7)}\n${frames[0]!(left, 7)}`)).toEqual([]);
    }
  });

  test('an envelope that only a repetition named', () => {
    const from =
      '6ALHIl1Z018459: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[203.0.113.7]';
    const unknown = '6ALHIl1Z018459: <anna@example.net>... User unknown';
    const repeated = `message repeated 2 times: [ ${unknown}]`;
    for (const frame of frames.slice(0, 2)) {
      expect(missedLines(`${frame(repeated, 7)}\n${frame(from, 7)}`)).toEqual([]);
    }
  });
});

const host = fc.constantFrom(
  'relay',
  'relay',
  'relay',
  'relay mail.info',
  'relay relay',
  'mx1.example.net',
  '2001:db8::25',
  'h',
);
const stamp = fc.constantFrom(
  'Nov 21 11:51:44',
  'Nov  1 01:51:44',
  '2026-11-21T11:51:44.575196+00:00',
  '2026-11-21T11:51:44Z',
  '2026-11-21T11:51:44',
  '2026-11-21 11:51:44',
  '2026-11-21 11:51:44.25',
  '<21>Nov 21 11:51:44',
  'Nov 21 11:51:44.25',
  '2026 Nov 21 11:51:44',
  '2026-11-21T11:51:44Z stdout F Nov 21 11:51:44',
  'Nov 21 11:51:45 relay Nov 21 11:51:44',
);
const tag = fc.oneof(
  {weight: 6, arbitrary: fc.nat(99_999_999).map((pid) => `sm-mta[${pid}]:`)},
  fc.constantFrom('sm-mta:', 'sm-mta[]:', 'xsm-mta[1]:', 'sm-mta[1] :', 'sm-msp[9]:', 'kernel:'),
  fc.constantFrom('sshd[5]: sm-mta[1]:', 'a[1]: Nov 21 11:51:44 relay sm-mta[1]:'),
);
const queueId = fc.constantFrom('6ALBkkFJ000207', '6ALBkkXF000203', '6ALBkkXF1234567');
const client = fc.constantFrom(
  '[203.0.113.7]',
  'from.example [203.0.113.7]',
  '[IPv6:2001:db8:0:0:0:0:0:7]',
  '[IPv6:2001:db8::7] (may be forged)',
);
const said = fc.tuple(fc.constantFrom(...messages), queueId, client).map(([text, id, who]) => {
  const named = text.replace(/\[(?:203|192)\.0\.[\d.]+\]/, who);
  return named.replace(/^[0-9A-Za-z]{8}\d{6}(?=[:[])/, id);
});
const noise = fc.oneof(
  fc
    .string({unit: anyCharacter, maxLength: 40})
    .map((text) => text.replaceAll(/[^\0-\xff]/g, '\xff')),
  fc.constantFrom(' ', '', '\r', '\0', '... User unknown', ']', ' sm-mta[1]: ', ' [203.0.113.7]'),
  fc.integer({min: 0, max: 17_000}).map((length) => 'x'.repeat(length)),
);
const anyLine = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(stamp, host, tag, said)
      .map(([time, where, who, text]) => `${time} ${where} ${who} ${text}`),
  },
  fc.tuple(stamp, tag, said).map(([time, who, text]) => `${time} ${who} ${text}`),
  fc
    .tuple(stamp, host, tag, said, noise)
    .map(([time, where, who, text, end]) => `${time} ${where} ${who} ${text}${end}`),
  fc.tuple(noise, said).map(([begin, text]) => `${begin}${text}`),
  fc.constantFrom('Nov 21 11:51:44 relay last message repeated 3 times'),
  noise,
);

describe('several names', () => {
  const names = ['sm-msp', 'sendmail', 'sm-mta', 'sm-msp-queue'];
  const message = '6ALHIl1Z018459: <anna@example.net>... User unknown';
  const given = (log: string, wanted: readonly string[]): number =>
    linesGiven(lineScan(sendmail.scan, wanted), log, []).length;

  test('a line under each is given, in any order and frame, and none under another', () => {
    for (const frame of frames) {
      const line = frame(message, 7);
      if (isKept(line)) continue;
      const log = [...names, 'mta-in'].map((name) => line.replace('sm-mta', name)).join('\n');
      expect(given(`${log}\n${log}`, names)).toBe(2 * names.length);
      expect(given(log, ['sm-mta'])).toBe(1);
    }
  });

  test('where all lines are given, those under each name are among them', () => {
    const kept = frames.map((frame) => frame(message, 7)).filter((line) => line.startsWith('{'));
    expect(kept.length).toBeGreaterThan(0);
    for (const line of kept) {
      const log = names.map((name) => line.replace('sm-mta', name)).join('\n');
      expect(given(log, names)).toBe(names.length);
    }
  });

  test('a name that begins another, also where the module has room for no more', () => {
    const many = Array.from({length: scanRoom.names}, (_, i) => 'x'.repeat(i + 1).padEnd(64, 'y'));
    for (const name of many) {
      const line = frames[1]!(message, 7).replace('sm-mta', name);
      expect([name, given(line, many)]).toEqual([name, 1]);
    }
    expect(() => lineScan(sendmail.scan, [...many, 'z'])).toThrow(RangeError);
    expect(() => lineScan(sendmail.scan, ['z'.repeat(65)])).toThrow(RangeError);
  });
});

describe('the scan on any log', () => {
  const anyLog = fc
    .tuple(fc.array(anyLine, {maxLength: 25}), fc.constantFrom('', '\n'), fc.constantFrom('', '\r'))
    .map(([lines, end, carriage]) => lines.join(`${carriage}\n`) + end);

  test('misses nothing, in pieces cut anywhere', () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(5000), {maxLength: 4}), (log, cuts) => {
        expect(missedLines(log, cuts)).toEqual([]);
      }),
      {numRuns: 500},
    );
  });

  test('counts every line, and gives each once, whole and in order', () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(5000), {maxLength: 4}), (log, cuts) => {
        const scanner = lineScan(sendmail.scan, ['sm-mta']);
        const given = linesGiven(scanner, log, cuts);
        const lines = linesOf(log);
        expect(scanner.lines).toBe(
          log.endsWith('\n') || log === '' ? lines.length - 1 : lines.length,
        );
        const texts = new Map(lines.map(({offset, text}) => [offset, text]));
        for (const {offset, text} of given) expect(text).toBe(texts.get(offset));
        const offsets = given.map(({offset}) => offset);
        expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      }),
      {numRuns: 150},
    );
  });

  test('a newline in each place of a block of 32 bytes', () => {
    const line = frames[1]?.('6ALHIl1Z018459: <anna@example.net>... User unknown', 7) ?? '';
    for (let length = 0; length < 130; length++) {
      const log = `${'x'.repeat(length)}\n${line}\n${'y'.repeat(length)}\n${line}`;
      const given = linesGiven(lineScan(sendmail.scan, ['sm-mta']), log, []);
      expect(given.map(({offset}) => offset)).toEqual([length + 1, 2 * length + line.length + 3]);
    }
  });
});
