/** What `replay` is given: packed by any program, in any frame, and the journal. By the built program. */
import {spawnSync} from 'node:child_process';
import {chmodSync, writeFileSync} from 'node:fs';
import {afterAll, describe, expect, test} from '@jest/globals';
import {whereAvailable} from '../../support/where-available.js';
import {journalWriter, type Wanted, writeJournal} from '../../sys/journal/journal-files.js';
import {blocksmtp, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());
const whitelist = files.write('whitelist', '');

const id = '6ALBpinP000115';
const messages = [
  ...Array.from({length: 12}, (_, i) => `${id}: <ghost${i}@example.net>... User unknown`),
  `${id}: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[203.0.113.7]`,
];
const usual = (message: string): string => `Nov 21 11:51:44 relay sm-mta[115]: ${message}`;
const logOf = (frame: (message: string) => string, end = '\n'): string =>
  messages.map((message) => frame(message) + end).join('');

const replay = (path: string) => blocksmtp(['replay', `--white-list=${whitelist}`, path]);

describe('a guesser is found in a log', () => {
  const frames: Readonly<Record<string, (message: string) => string>> = {
    'with a fraction': (message) => `Nov 21 11:51:44.575 relay sm-mta[115]: ${message}`,
    'of busybox': (message) => `Nov 21 11:51:44 relay mail.notice sm-mta[115]: ${message}`,
    'with the year in front': (message) => `2026 Nov 21 11:51:44 relay sm-mta[115]: ${message}`,
    'without pids': (message) => `Nov 21 11:51:44 relay sm-mta: ${message}`,
    'of Docker': (message) =>
      JSON.stringify({
        log: `${usual(message)}\n`,
        stream: 'stdout',
        time: '2026-11-21T11:51:44.575196123Z',
      }),
    'of a pod': (message) => `2026-11-21T11:51:44.575196123Z stdout F ${usual(message)}`,
  };

  test.each(Object.entries(frames))('%s', (name, frame) => {
    const {code, stdout} = replay(files.write(`${name}.log`, logOf(frame)));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^.*  203\.0\.113\.7 .*$/m)]);
  });

  test('with CR LF', () => {
    const {code, stdout} = replay(files.write('crlf.log', logOf(usual, '\r\n')));
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 block of 1 client')]);
  });

  test.each(['xz', 'bzip2', 'zstd', 'lz4'])('packed by %s', (program) => {
    const {stdout: packed, error} = spawnSync(program, ['-c'], {input: logOf(usual)});
    if (error !== undefined) return void process.stderr.write(`skipped: needs ${program}\n`);
    const path = files.path(`packed-by-${program}.log`);
    writeFileSync(path, packed);
    const {code, stdout} = replay(path);
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 block of 1 client')]);
    writeFileSync(path, packed.subarray(0, packed.length - 20));
    expect(replay(path)).toMatchObject({code: 69, stderr: expect.stringContaining(path)});
  });
});

test('a packed file that cannot be unpacked is an error', () => {
  const path = files.write('archive.log', 'PK\x03\x04 and more');
  const {code, stdout, stderr} = replay(path);
  expect([code, stdout]).toEqual([69, '']);
  expect(stderr).toContain(`${path}: it is a zip archive: unpack it first`);
});

test.each(['xz', 'gz', 'bz2', 'zst', 'lz4'])(
  'a file that is neither packed nor a log, although its name ends in .%s, is an error',
  (end) => {
    const path = files.path(`log.${end}`);
    writeFileSync(path, Buffer.from([0x8f, 0x0a, 0x01, 0x80, 0x0a, 0x42]));
    const {code, stdout, stderr} = replay(path);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toContain(`${path}: expected a packed log, as its name says, or a plain one`);
    expect(replay(files.write(`plain.${end}`, logOf(usual))).code).toBe(0);
  },
);

describe('a log that cannot be read is one line, with what helps', () => {
  test('not there: perhaps all is in the journal', () => {
    const {code, stdout, stderr} = replay(files.path('none.log'));
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(
      /error \S+\/none\.log: no such file: expected a log(?:, or the word journal for the journal of this machine)?\n$/,
    );
  });

  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;
  const nobodyTest = whereAvailable({
    root: true,
    tools: ['setpriv'],
    works: [...asNobody, process.execPath, 'dist/blocksmtp.js', '--version'],
  });
  const enter = (program: string, words: readonly string[]) => [...asNobody, program, ...words];

  nobodyTest('denied: run it with more rights', () => {
    const path = files.write('denied.log', logOf(usual));
    chmodSync(path, 0o600);
    for (const word of ['replay', 'explain', 'tune']) {
      const {code, stderr} = blocksmtp([word, `--white-list=${whitelist}`, path], enter);
      expect([word, code]).toEqual([word, 69]);
      expect(stderr).toMatch(
        /denied\.log: permission denied: run it as root, or as a member of the group adm\n$/,
      );
      expect(stderr).not.toContain('EACCES');
    }
    return Promise.resolve();
  });
});

test('`journal` is the journal of this machine, or an error that says there is none', () => {
  const {code, stdout, stderr} = replay('journal');
  if (code === 0) expect(stdout).toContain('in 1 file');
  else expect([code, stderr]).toEqual([69, expect.stringContaining('journal: ')]);
});

const journalTest = whereAvailable({
  root: true,
  tools: ['journalctl'],
  works: [journalWriter, '--version'],
});

/** In a mount namespace of its own, where these are the entries of the machine. */
function replayEntries(name: string, entries: readonly Wanted[]): ReturnType<typeof replay> {
  const folder = files.path(name);
  writeJournal(folder, entries);
  const script =
    'mount -t tmpfs none /var/log && mkdir -p /var/log/journal/$(cat /etc/machine-id) && ' +
    'cp "$0"/system.journal /var/log/journal/*/ && exec "$@"';
  const enter = (program: string, words: readonly string[]): readonly string[] => {
    return ['unshare', '--mount', 'sh', '-c', script, folder, program, ...words];
  };
  return blocksmtp(['replay', `--white-list=${whitelist}`, 'journal'], enter);
}

journalTest('`journal` is all that the journal has kept of the mailer', () => {
  const entries = messages.map((message, i) => ({message, atUs: i * 1000}));
  const {code, stdout} = replayEntries('journal-files', entries);
  expect([code, stdout]).toEqual([0, expect.stringContaining('1 block of 1 client')]);
  return Promise.resolve();
});

journalTest('`journal` in which the mailer has another name is not silence', () => {
  const fields = {SYSLOG_FACILITY: '2'};
  const entries = messages.map((message, i) => ({
    ...{message, fields, identifier: 'mta-in'},
    atUs: i * 1000,
  }));
  const {code, stdout} = replayEntries('other-name', entries);
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('are of `mta-in`: set mailer_syslog_name = "mta-in"'),
  ]);
  return Promise.resolve();
});
