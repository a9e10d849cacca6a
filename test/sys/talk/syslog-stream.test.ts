/** Lines on their way to the syslog: kept while it is away, in order, bounded, each once. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {mostWaitingLines, SyslogStream} from '../../../src/sys/talk/syslog-stream.js';
import {bundle, start} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const path = process.env['PATH'] ?? '';
let folder = '';

/** A `logger` that takes its lines as long as `away` is not there, and no batch while `busy` is. */
const standIn = `#!/bin/sh
folder=\${0%/*}
touch "$folder/started"
while [ -e "$folder/busy" ]; do sleep 0.02; done
if [ -e "$folder/away" ]; then cat > /dev/null; echo tried >> "$folder/tries"; exit 1; fi
echo "$*" >> "$folder/parameters"
cat >> "$folder/got"
`;

beforeEach(() => {
  folder = newDir();
  fs.writeFileSync(join(folder, 'logger'), standIn, {mode: 0o755});
  process.env['PATH'] = `${folder}:${path}`;
});
afterEach(() => {
  process.env['PATH'] = path;
});

const mark = (name: string): void => fs.writeFileSync(join(folder, name), '');
const unmark = (name: string): void => fs.rmSync(join(folder, name));
const lines = (name: string): string[] =>
  fs.existsSync(join(folder, name))
    ? fs.readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
    : [];
const numbered = (from: number, to: number): string[] =>
  Array.from({length: to - from}, (_, i) => `line ${from + i}`);
const write = (stream: SyslogStream, texts: readonly string[]): void =>
  texts.forEach((text) => stream.write(`<5>${text}\n`));

describe('with a stand-in for logger(1)', () => {
  test('lines arrive in order, once, in batches, of facility daemon', async () => {
    const stream = new SyslogStream();
    write(stream, numbered(0, 1000));
    stream.write('<3>an error\n');
    await stream.drained();
    expect(lines('got')).toEqual([...numbered(0, 1000).map((l) => `<29>${l}`), '<27>an error']);
    expect(lines('parameters').length).toBeLessThan(10);
    expect(lines('parameters')[0]).toMatch(/--tag=blocksmtp .*--priority=daemon\.notice/);
  });

  test('lines wait while the syslog is away, and arrive in order later', async () => {
    mark('away');
    const stream = new SyslogStream();
    write(stream, numbered(0, 5));
    await until('two tries', () => lines('tries').length >= 2);
    write(stream, numbered(5, 10));
    unmark('away');
    await stream.drained();
    expect(lines('got')).toEqual(numbered(0, 10).map((line) => `<29>${line}`));
  });

  test('the oldest lines are dropped beyond the bound, and a line gives their number', async () => {
    mark('away');
    const stream = new SyslogStream();
    write(stream, numbered(0, 1));
    await until('a try', () => lines('tries').length >= 1);
    write(stream, numbered(1, mostWaitingLines + 50));
    unmark('away');
    await stream.drained();
    const got = lines('got');
    expect(got.filter((line) => !line.includes('lost'))).toEqual(
      numbered(50, mostWaitingLines + 50).map((line) => `<29>${line}`),
    );
    expect(got.filter((line) => line.includes('lost'))).toEqual([
      '<28>the syslog was away: 50 lines were lost',
    ]);
  });

  test.each([
    ['that differ', (i: number) => `line ${i}`],
    ['that are alike', () => 'the same line'],
    ['of which some are alike', (i: number) => `line ${i % 3}`],
  ])(
    'lines %s, pushed out while a batch is on its way: just those are reported lost',
    async (_, text) => {
      mark('away');
      const stream = new SyslogStream();
      const texts = Array.from({length: mostWaitingLines + 300}, (__, i) => text(i));
      write(stream, texts.slice(0, 200));
      await until('a try', () => lines('tries').length >= 1);
      mark('busy');
      unmark('away');
      unmark('started');
      await until('the next try', () => fs.existsSync(join(folder, 'started')));
      write(stream, texts.slice(200));
      unmark('busy');
      await stream.drained();
      const got = lines('got');
      expect(got.filter((line) => line.includes('lost'))).toEqual([
        '<28>the syslog was away: 100 lines were lost',
      ]);
      const arrived = got.filter((line) => !line.includes('lost'));
      const expected = [...texts.slice(0, 200), ...texts.slice(300)].map((line) => `<29>${line}`);
      expect(arrived).toEqual(expected);
    },
  );
});

const withRealLogger = whereAvailable({
  root: true,
  tools: ['logger', 'perl', 'unshare'],
  works: ['unshare', '-m', 'mount', '-t', 'tmpfs', 'x', '/dev'],
});

withRealLogger('with logger(1) and a socket that comes later', async () => {
  process.env['PATH'] = path;
  const script = bundle(
    folder,
    `import {SyslogStream} from './src/sys/talk/syslog-stream.js';
     const stream = new SyslogStream();
     for (let i = 0; i < 5; i++) stream.write('<5>early ' + i + '\\n');
     setInterval(() => undefined, 1000);
     await new Promise((resolve) => process.stdin.once('data', resolve));
     for (let i = 0; i < 300; i++) stream.write('<4>late ' + i + ' <0>x\\n');
     await stream.drained();
     console.log('drained');
     process.exit();`,
  );
  // A /dev of our own: what is needed of the old one, and room for a socket.
  const shell = `mkdir "$1/dev" && cp -a /dev/null /dev/urandom "$1/dev" && mount --bind "$1/dev" /dev && exec "$2" --no-warnings "$3"`;
  const child = start('unshare', ['-m', 'sh', '-c', shell, 'sh', folder, process.execPath, script]);
  await until('the directory', () => fs.existsSync(join(folder, 'dev/urandom')));
  await new Promise((resolve) => setTimeout(resolve, 700));
  const server = start('perl', [
    join(process.cwd(), 'test/sys/talk/syslog-socket.pl'),
    join(folder, 'dev/log'),
  ]);
  await until('the socket', () => server.output().includes('ready'));
  child.process.stdin.write('go\n');
  await until('drained', () => child.output().includes('drained'));
  await until('the last', () => server.output().includes('late 299'));
  server.process.kill();
  const got = server.output().trim().split('\n').slice(1);
  const expected = [
    ...Array.from({length: 5}, (_, i) => `<29> blocksmtp: early ${i}`),
    ...Array.from({length: 300}, (_, i) => `<28> blocksmtp: late ${i} <0>x`),
  ];
  const plain = got.map((line) => line.replace(/^(<\d+>).*? (blocksmtp)\[\d+\]/, '$1 $2'));
  expect(plain).toEqual(expected);
});
