/** Running a program: bounded, never through a shell, and every failure is a value. */
import {afterEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {runCommand, startCommand} from '../../../src/sys/run/command.js';
import {systemPath} from '../../../src/sys/run/environment.js';
import {bundle, start} from '../../support/child.js';
import {openDescriptors, sleep, tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const timeoutMs = 5000;

describe('parameters', () => {
  test.each([
    '$(touch x)',
    '`id`',
    '; id',
    '&& id',
    '| id',
    '> x',
    '*',
    '~',
    "'",
    '"',
    '\\',
    '\n',
    '',
  ])('%j stays as it is', async (text) => {
    const result = await runCommand('printf', ['[%s]', text], {timeoutMs});
    expect(result).toEqual({kind: 'done', stdout: `[${text}]`});
  });
});

describe('input', () => {
  test('text, and nothing by default', async () => {
    expect(await runCommand('cat', [], {input: 'a\nb', timeoutMs})).toEqual({
      kind: 'done',
      stdout: 'a\nb',
    });
    expect(await runCommand('cat', [], {timeoutMs})).toEqual({kind: 'done', stdout: ''});
  });

  test('an open file', async () => {
    const path = join(newDir(), 'file');
    fs.writeFileSync(path, 'content');
    const descriptor = fs.openSync(path, 'r');
    const result = await runCommand('cat', [], {input: {descriptor}, timeoutMs});
    fs.closeSync(descriptor);
    expect(result).toEqual({kind: 'done', stdout: 'content'});
  });

  test('much of it, to a program that reads none', async () => {
    const result = await runCommand('true', [], {input: 'x'.repeat(5e6), timeoutMs});
    expect(['done', 'failed']).toContain(result.kind);
  });
});

describe('failures', () => {
  test('no such program', async () => {
    const result = await runCommand('blocksmtp-no-such-program', [], {timeoutMs});
    expect(result).toMatchObject({kind: 'missing', exitCode: undefined});
  });

  test('no right to run it', async () => {
    const path = join(newDir(), 'file');
    fs.writeFileSync(path, '');
    expect((await runCommand(path, [], {timeoutMs})).kind).toBe('missing');
  });

  test('an exit code, with the error output in one line', async () => {
    const script = "echo 'line 1\nline\t2' >&2; exit 3";
    const result = await runCommand('sh', ['-c', script], {timeoutMs});
    expect(result).toEqual({kind: 'failed', why: 'sh: line 1 line 2', exitCode: 3});
  });

  test('a long complaint is cut', async () => {
    const result = await runCommand('sh', ['-c', 'yes | head -c 100000 >&2; exit 1'], {timeoutMs});
    expect(result.kind === 'failed' && result.why.length).toBeLessThan(310);
  });

  test('more output than may be', async () => {
    const limits = {timeoutMs, mostOutputBytes: 1000};
    expect((await runCommand('head', ['-c', '1000', '/dev/zero'], limits)).kind).toBe('done');
    expect((await runCommand('head', ['-c', '100000', '/dev/zero'], limits)).kind).toBe('failed');
  });

  test('killed by a signal', async () => {
    const result = await runCommand('sh', ['-c', 'kill -9 $$'], {timeoutMs});
    expect(result).toMatchObject({kind: 'failed', exitCode: undefined});
  });

  test('a parameter that cannot be given is a failure too', async () => {
    for (const bad of ['a\0b', 'x'.repeat(200_000)]) {
      const result = await runCommand('printf', [bad], {timeoutMs});
      expect(result).toMatchObject({kind: 'failed', why: expect.stringContaining('printf')});
    }
  });

  test('a working directory that is gone is no failure', async () => {
    const folder = newDir();
    const script = bundle(
      folder,
      `import {runCommand, startCommand} from './src/sys/run/command.js';
       console.log((await runCommand('printf', ['x'], {timeoutMs: 1000})).kind);`,
    );
    const shell = 'mkdir "$1/gone" && cd "$1/gone" && rmdir "$1/gone" && exec "$2" -e "$3"';
    // Node itself reads its script's directory at the start, so the script goes there later.
    const leave = `process.chdir('/tmp'); const fs = require('fs'); const d = fs.mkdtempSync('/tmp/gone-'); process.chdir(d); fs.rmdirSync(d); import(${JSON.stringify(script)});`;
    const child = start('sh', [
      '-c',
      shell.replace('cd "$1/gone" && rmdir "$1/gone" && ', ''),
      'sh',
      folder,
      process.execPath,
      leave,
    ]);
    await child.ended;
    expect(child.output().trim()).toBe('done');
  });
});

describe('the time-out', () => {
  test('ends a program that sleeps, and one that ignores SIGTERM', async () => {
    const startMs = performance.now();
    const ignores = 'trap "" TERM; while :; do sleep 0.05; done';
    const results = await Promise.all([
      runCommand('sleep', ['60'], {timeoutMs: 200}),
      runCommand('sh', ['-c', ignores], {timeoutMs: 200}),
    ]);
    expect(results.map(({kind}) => kind)).toEqual(['failed', 'failed']);
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });

  test('is given as the reason', async () => {
    const result = await runCommand('sleep', ['20'], {timeoutMs: 100});
    expect(result).toMatchObject({why: expect.stringMatching(/timed out/i)});
  });
});

describe('a program that stays', () => {
  const never = new AbortController().signal;
  const outputOf = async (output: AsyncIterable<Buffer>): Promise<string> => {
    let text = '';
    for await (const chunk of output) text += chunk.toString();
    return text;
  };

  test('gives its output as it comes, and its end', async () => {
    const {output, ended} = startCommand('sh', ['-c', 'echo 1; sleep 0.2; echo 2'], never);
    const chunks: string[] = [];
    for await (const chunk of output) chunks.push(chunk.toString());
    expect(chunks).toEqual(['1\n', '2\n']);
    expect(await ended).toEqual({kind: 'done'});
  });

  test('is ended by the signal, also where it does not listen', async () => {
    const stop = new AbortController();
    const script = 'trap "" TERM; echo here; while :; do sleep 0.05; done';
    const {output, ended} = startCommand('sh', ['-c', script], stop.signal);
    for await (const chunk of output) if (chunk.includes('here')) stop.abort();
    expect(await ended).toEqual({kind: 'stopped'});
  });

  test('never runs when the signal was given before', async () => {
    const {output, ended} = startCommand('sleep', ['60'], AbortSignal.abort());
    expect(await outputOf(output)).toBe('');
    expect(await ended).toEqual({kind: 'stopped'});
  });

  test('waits while nobody takes its output', async () => {
    const file = join(newDir(), 'progress');
    const script = `seq 1000000; echo through >${file}`;
    const {output, ended} = startCommand('sh', ['-c', script], never);
    await sleep(500);
    expect(fs.existsSync(file)).toBe(false);
    expect((await outputOf(output)).split('\n')).toHaveLength(1_000_001);
    expect(await ended).toEqual({kind: 'done'});
  });

  test('ends when the reader leaves', async () => {
    const {output, ended} = startCommand('yes', [], never);
    for await (const chunk of output) if (chunk.length > 0) break;
    expect(await ended).toMatchObject({kind: 'failed'});
  });

  test('a failure is a value, with the last of the error output', async () => {
    const script = 'yes x | head -n 100000 >&2; echo why >&2; exit 3';
    const bad: [string, string[]][] = [
      ['blocksmtp-no-such-program', []],
      ['sh', ['-c', script]],
      ['sh', ['-c', 'kill -9 $$']],
      ['printf', ['a\0b']],
    ];
    const ends = bad.map(async ([program, parameters]) => {
      const {output, ended} = startCommand(program, parameters, never);
      expect(await outputOf(output)).toBe('');
      return ended;
    });
    expect(await Promise.all(ends)).toEqual([
      {kind: 'missing', why: expect.stringContaining('ENOENT')},
      {kind: 'failed', why: expect.stringMatching(/^sh: x x .* x why$/)},
      {kind: 'failed', why: expect.stringContaining('SIGKILL')},
      {kind: 'failed', why: expect.stringContaining('printf')},
    ]);
  });
});

test('a program is found in sbin, whatever the PATH', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '';
  try {
    expect((await runCommand('true', [], {timeoutMs})).kind).toBe('done');
  } finally {
    process.env['PATH'] = path;
  }
});

describe('the environment', () => {
  const hostile = {
    ...{
      LD_PRELOAD: '/tmp/x.so',
      NODE_OPTIONS: '--require=/tmp/x',
      BASH_ENV: '/tmp/x',
      ENV: '/tmp/x',
    },
    ...{IFS: 'x', XZ_DEFAULTS: '-9', PERL5OPT: '-Mx', LD_LIBRARY_PATH: '/tmp', NOTIFY_SOCKET: '/x'},
    ...{'BASH_FUNC_printf%%': '() { echo x; }', XTABLES_LIBDIR: '/tmp', TMPDIR: '/x', TZ: 'x'},
  };
  const before = {...process.env};
  afterEach(() => {
    process.env = {...before};
  });

  const lines = async (more?: Record<string, string>): Promise<string[]> => {
    const run = await runCommand('env', [], {timeoutMs, ...(more && {more})});
    if (run.kind !== 'done') throw new Error(run.why);
    return run.stdout.split('\n').sort();
  };

  test('of a program has its path and its language, and what the caller names', async () => {
    Object.assign(process.env, hostile);
    expect(await lines()).toEqual(['LC_ALL=C', `PATH=${systemPath()}`]);
    expect(await lines({X: 'y'})).toEqual(['LC_ALL=C', `PATH=${systemPath()}`, 'X=y']);
    const {output, ended} = startCommand('env', [], new AbortController().signal);
    let text = '';
    for await (const chunk of output) text += chunk.toString();
    expect((await ended).kind).toBe('done');
    expect(text.trim().split('\n').sort()).toEqual(['LC_ALL=C', `PATH=${systemPath()}`]);
  });

  test('finds programs where nobody else can write', async () => {
    const [own, open] = [newDir(), newDir()];
    fs.chmodSync(own, 0o755);
    fs.chmodSync(open, 0o777);
    process.env['PATH'] = `.::bin:${open}:/nowhere:${own}`;
    const folders = '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin';
    expect(systemPath()).toBe(`${own}:${folders}`);
    fs.writeFileSync(join(open, 'true'), '#!/bin/sh\necho planted', {mode: 0o755});
    expect(await runCommand('true', [], {timeoutMs})).toEqual({kind: 'done', stdout: ''});
  });
});

test('many at once leave no descriptor behind', async () => {
  await runCommand('true', [], {timeoutMs});
  const before = openDescriptors().length;
  await Promise.all(Array.from({length: 40}, () => runCommand('cat', [], {input: 'x', timeoutMs})));
  expect(openDescriptors().length).toBeLessThanOrEqual(before);
});
