/** What `replay` is given, and what it says: several files, packed ones, pipes, and what is none. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, describe, expect, test} from '@jest/globals';
import {replay} from '../../../src/cli/replay/replay.js';
import {collected, configWith} from '../support.js';

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-replay-'));
const writers: ChildProcess[] = [];
afterAll(() => {
  for (const writer of writers) writer.kill();
  rmSync(folder, {recursive: true});
});

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/**
 * A named pipe with this in it. A program that opens it a second time finds nothing, but need not
 * wait.
 */
function pipe(name: string, content: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  const write = 'cat "$1" > "$0"; sleep 3; : > "$0"';
  const words = ['-c', write, path, file(`of-${name}`, content)];
  const writer = spawn('sh', words, {stdio: 'ignore', detached: true});
  writer.unref();
  writers.push(writer);
  return path;
}

const strict = configWith(['--threshold=3']);
/** With it none of these is blocked, so all of it is counted. */
const lenient = configWith(['--threshold=100']);

async function replayOf(paths: readonly string[], form: 'text' | 'json' = 'json', config = strict) {
  const {output, log, printed, said} = collected();
  const code = await replay(paths, config, {form}, log, output);
  return {code, printed: printed(), said};
}

const guess = (i: number): string =>
  `2026-11-20T12:00:0${i}+00:00 relay sm-mta[152]: 6AKC0000000152: <name${i}@example.net>... User unknown\n`;
const from = (id: string, counts: string): string =>
  `2026-11-20T12:00:09+00:00 relay sm-mta[152]: ${id}: from=<a@example.org>, ${counts}, proto=ESMTP, daemon=MTA, relay=[203.0.113.7]\n`;
const end = from('6AKC0000000152', 'size=0, class=0, nrcpts=0');
const undelivered = (i: number): string =>
  `2026-11-20T12:0${i}:30+00:00 relay sm-mta[15${i}]: 6AKD0000000152: to=<ghost${i}@example.net>, delay=00:00:01, mailer=esmtp, relay=[192.0.2.30] [192.0.2.30], dsn=5.1.1, stat=User unknown\n`;
const mail = from('6AKD0000000152', 'size=400, class=0, nrcpts=6');
const failing = mail + [1, 2, 3, 4, 5, 6].map(undelivered).join('');

const told = {
  files: 1,
  unknownRecipients: 3,
  unresolved: 0,
  disputed: 0,
  exempt: 0,
  paid: 0,
  unproven: 0,
};

describe('replay reads', () => {
  const guesses = guess(1) + guess(2) + guess(3);

  test('an envelope whose lines are in two files, one of them packed', async () => {
    const paths = [file('a.1.gz', gzipSync(guesses)), file('a', end)];
    const {code, printed} = await replayOf(paths);
    const expected = {lines: 4, files: 2, unknownRecipients: 3, blocks: [{network: '203.0.113.7'}]};
    expect([code, JSON.parse(printed)]).toMatchObject([0, expected]);
  });

  test.each([
    ['a last line without newline', guesses + end.trimEnd(), 4],
    ['a line without end in front', `${'x'.repeat(3_000_000)}\n${guesses}${end}`, 5],
    ['carriage returns around', `\r\n${guesses}${end}\r\n`, 6],
  ])('%s', async (_, content, lines) => {
    const {printed} = await replayOf([file('b', content)]);
    expect(JSON.parse(printed)).toMatchObject({...told, lines, blocks: [{network: '203.0.113.7'}]});
  });

  test('an empty file', async () => {
    const {code, printed} = await replayOf([file('empty', '')]);
    expect([code, JSON.parse(printed)]).toMatchObject([0, {lines: 0, files: 1, blocks: []}]);
  });

  test('deliveries that fail later, for which it needs every envelope', async () => {
    const {printed} = await replayOf([file('c', failing)], 'json', lenient);
    expect(JSON.parse(printed)).toMatchObject({lines: 7, unknownRecipients: 6, unresolved: 0});
    const blocks = [
      {reason: expect.stringMatching(/^\d (?:recipients|names) unknown to the next host in /)},
    ];
    expect(JSON.parse((await replayOf([file('c', failing)])).printed)).toMatchObject({blocks});
  });

  test('the same from a pipe, which can be read once only', async () => {
    const path = pipe('pipe', failing);
    const {printed} = await replayOf([path], 'json', lenient);
    expect(JSON.parse(printed)).toMatchObject({lines: 7, unknownRecipients: 6, unresolved: 0});
  });
});

test('replay takes pipes in the order in which they are given', async () => {
  const paths = [pipe('first', guess(1) + guess(2) + guess(3)), pipe('second', end)];
  const {printed} = await replayOf(paths);
  expect(JSON.parse(printed)).toMatchObject({lines: 4, unknownRecipients: 3, unresolved: 0});
});

describe('replay refuses, in one line that names the file, with 69', () => {
  test.each([
    ['what is not there', () => join(folder, 'none')],
    ['a directory', () => folder],
    ['a packed file that was cut off', () => file('cut.gz', gzipSync(failing).subarray(0, 60))],
  ])('%s', async (_, make) => {
    const path = make();
    const {code, printed, said} = await replayOf([file('fine', end), path]);
    const errors = said.filter((each) => each.startsWith('error '));
    expect([code, printed, errors.length]).toEqual([69, '', 1]);
    expect(errors[0]).toContain(path);
    expect(errors[0]).not.toContain('\n');
  });
});

describe('a block begins when the log names its client', () => {
  const namedMs = Date.UTC(2026, 10, 20, 12, 0, 9);

  test('at LogLevel 9 with the end of the envelope, and lasts as long from there', async () => {
    const {printed} = await replayOf([file('dated', guess(1) + guess(2) + guess(3) + end)]);
    const {blocks} = JSON.parse(printed) as {blocks: {fromMs: number; untilMs: number}[]};
    expect(blocks).toMatchObject([{fromMs: namedMs, untilMs: namedMs + 3_600_000}]);
  });

  test('and the guesses while it stood are paid for, though the client went on', async () => {
    const later = (guess(4) + guess(5) + guess(6) + end).replaceAll('0152:', '0153:');
    const log = guess(1) + guess(2) + guess(3) + end + later.replaceAll('T12:00', 'T12:30');
    const {printed} = await replayOf([file('on', log)]);
    const replayed = JSON.parse(printed) as {blocks: unknown[]};
    expect(replayed).toMatchObject({unknownRecipients: 3, paid: 3});
    expect(replayed.blocks).toHaveLength(1);
    const {printed: text} = await replayOf([file('on', log)], 'text');
    expect(text).toContain(', 3 of clients that were blocked then, ');
  });
});

describe('replay says what the log cannot tell', () => {
  test('in two lines', async () => {
    const {printed} = await replayOf([file('limits', guess(1) + end)], 'text');
    const [, ...limits] = printed.trimEnd().split('\n').slice(-3);
    expect(limits).toEqual([
      'A log names a client for sure when its envelope ends, and blocks begin then; the daemon sees the socket and blocks at unknown name no. 3.',
      expect.stringMatching(
        /^Nothing is known of before 2026-11-\d\dT\d\d:\d\d:01[+-]\d\d:\d\d, so verdicts are like the daemon's from 2026-11-\d\dT\d\d:\d\d:01[+-]\d\d:\d\d on; older logs help\.$/,
      ),
    ]);
  });

  test('in a field of --json', async () => {
    const {printed} = await replayOf([file('limits', guess(1) + end)]);
    const beganMs = Date.UTC(2026, 10, 20, 12, 0, 1);
    expect(JSON.parse(printed)).toMatchObject({
      limits: {
        beganMs,
        likeDaemonFromMs: beganMs + 86_400_000,
        blocksBegin: 'whenClientNamed',
        threshold: 3,
      },
    });
  });

  test('nothing of a log in which there is nothing', async () => {
    const {printed} = await replayOf([file('empty', '')]);
    expect(JSON.parse(printed)).toMatchObject({limits: {beganMs: null, likeDaemonFromMs: null}});
  });
});

test('nothing that a client wrote reaches the terminal', async () => {
  const hostile = guess(1).replace('name1', '\x1b[31m\x9b31m\x07"}');
  for (const form of ['text', 'json'] as const) {
    const {printed} = await replayOf([file('d', Buffer.from(hostile + end, 'latin1'))], form);
    expect(printed).toMatch(/^[\x20-\x7e\n]+$/);
  }
});
