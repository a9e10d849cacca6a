/** The follower on what is no log: bounded, reported, survived. */
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from '@jest/globals';
import {longestLineBytes} from '../../../src/base/bytes.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {bundle, startScript} from '../../support/child.js';
import {openBelow, sleep, tempDirs} from '../../support/temp.js';
import {readAll, Reader} from './reader.js';

const newDir = tempDirs();
const newLog = (): string => join(newDir(), 'mail.log');
const kinds = (events: readonly FollowEvent[]): string[] => events.map(({kind}) => kind);

let reader: Reader | undefined;
afterEach(async () => {
  await reader?.stop().catch(() => undefined);
  reader = undefined;
});

describe('long lines', () => {
  test.each([
    ['1 MB', 1e6],
    ['50 MB', 50e6],
  ])('%s are left out and reported once, the lines around them are given', async (_, bytes) => {
    const path = newLog();
    fs.writeFileSync(path, 'before\n');
    fs.appendFileSync(path, Buffer.alloc(bytes, 'x'));
    fs.appendFileSync(path, '\nafter\n');
    const events: FollowEvent[] = [];
    const {lines} = await readAll(path, [], (event) => events.push(event));
    expect(lines).toEqual(['before', 'after']);
    expect(kinds(events).filter((kind) => kind === 'longLine')).toHaveLength(1);
  });

  test('50 MB without a newline yet are left out when it comes', async () => {
    const path = newLog();
    fs.writeFileSync(path, 'before\n');
    fs.appendFileSync(path, Buffer.alloc(50e6, 'x'));
    reader = new Reader(path, []);
    await reader.reaches(1);
    await reader.says('longLine');
    fs.appendFileSync(path, 'x\nafter\n');
    await reader.reaches(2);
    expect(reader.lines).toEqual(['before', 'after']);
  });

  test('a restart within a long line does not give its end for a line', async () => {
    const path = newLog();
    fs.writeFileSync(path, 'before\n');
    fs.appendFileSync(path, Buffer.alloc(1e6, 'x'));
    const {position} = await readAll(path, []);
    fs.appendFileSync(path, 'the end of the long line\nafter\n');
    expect((await readAll(path, position!)).lines).toEqual(['after']);
  });

  test('a first start within a long line does not give its end for a line', async () => {
    const path = newLog();
    fs.writeFileSync(path, Buffer.alloc(100_000, 'x'));
    reader = new Reader(path, 'end');
    await reader.isFollowing();
    fs.appendFileSync(path, '\nafter\n');
    await reader.reaches(1);
    await sleep(50);
    expect(reader.lines.map((line) => line.slice(0, 10))).toEqual(['after']);
  });

  test('the longest allowed line is given, one byte more is not', async () => {
    const path = newLog();
    const longest = 'y'.repeat(longestLineBytes);
    fs.writeFileSync(path, `${longest}\n${longest}y\nafter\n`);
    const {lines} = await readAll(path, []);
    expect(lines.map((line) => line.length)).toEqual([longestLineBytes, 5]);
  });
});

describe('bytes', () => {
  test('any byte is one character', async () => {
    const path = newLog();
    const bytes = Buffer.from(Array.from({length: 256}, (_, i) => i).filter((i) => i !== 10));
    fs.writeFileSync(path, Buffer.concat([bytes, Buffer.from('\n\xff\xfe\n', 'latin1')]));
    const {lines} = await readAll(path, []);
    expect(lines).toEqual([bytes.toString('latin1'), '\xff\xfe']);
  });

  test('a file of zeros: bounded, reported, and the line behind it is given', async () => {
    const path = newLog();
    fs.writeFileSync(path, Buffer.alloc(10e6));
    const events: FollowEvent[] = [];
    reader = new Reader(path, []);
    await reader.says('longLine');
    events.push(...reader.events);
    fs.appendFileSync(path, '\nafter\n');
    await reader.reaches(1);
    expect(reader.lines).toEqual(['after']);
    expect(kinds(events)).toEqual(['following', 'longLine']);
  });

  test('a file of newlines is read through without a pause', async () => {
    const path = newLog();
    fs.writeFileSync(path, Buffer.alloc(3e6, '\n'));
    fs.appendFileSync(path, 'after\n');
    const {lines} = await readAll(path, []);
    expect(lines).toEqual(['after']);
  });

  test('a long backlog without a newline lets timers run meanwhile', async () => {
    const path = newLog();
    fs.writeFileSync(path, 'before\n');
    fs.truncateSync(path, 4e9); // sparse
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    reader = new Reader(path, []);
    await reader.reaches(1);
    ticks = 0;
    await sleep(300);
    clearInterval(timer);
    // Were it read in one go, nothing else would run for seconds, and then once.
    expect(ticks).toBeGreaterThan(3);
  });
});

describe('a path that is no file', () => {
  test('a directory is reported, waited for and costs no descriptor', async () => {
    const path = newLog();
    fs.mkdirSync(path);
    reader = new Reader(path, 'end');
    await reader.says('unreadable');
    await sleep(2300);
    expect(openBelow(path)).toBeLessThanOrEqual(1);
    fs.rmdirSync(path);
    fs.writeFileSync(path, 'first\n');
    await sleep(1200);
    fs.appendFileSync(path, 'second\n');
    await reader.reaches(1);
    expect(reader.lines.at(-1)).toBe('second');
    expect(kinds(reader.events).filter((kind) => kind === 'unreadable').length).toBeLessThan(3);
  });

  test('a named pipe does not hang the program', async () => {
    const folder = newDir();
    const path = join(folder, 'mail.log');
    execFileSync('mkfifo', [path]);
    const script = bundle(
      folder,
      `import {Follower} from './src/sys/follow/follow.js';
       const follower = new Follower(${JSON.stringify(path)}, 'end', ({kind}) => console.log(kind));
       for await (const batch of follower.batches(AbortSignal.timeout(500))) void batch;
       console.log('ended');`,
    );
    const child = startScript(script);
    const killer = setTimeout(() => child.process.kill('SIGKILL'), 4000);
    await child.ended;
    clearTimeout(killer);
    expect(child.output()).toMatch(/ended/);
  });

  test('a file without the right to read it is awaited, then read', async () => {
    const folder = newDir();
    fs.chmodSync(folder, 0o755);
    const path = join(folder, 'mail.log');
    fs.writeFileSync(path, 'old\n', {mode: 0o000});
    const script = bundle(
      folder,
      `import {Follower} from './src/sys/follow/follow.js';
       if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
       const follower = new Follower(${JSON.stringify(path)}, 'end', ({kind}) => console.log(kind));
       for await (const batch of follower.batches(AbortSignal.timeout(6000))) {
         for (const {text} of batch.lines) console.log(text);
         if (batch.lines.length > 0) break;
       }`,
    );
    const child = startScript(script);
    await sleep(1500);
    fs.chmodSync(path, 0o644);
    await sleep(1500);
    fs.appendFileSync(path, 'new\n');
    await child.ended;
    expect(child.output().trim().split('\n')).toEqual(['unreadable', 'following', 'new']);
  });
});
