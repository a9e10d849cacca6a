/** Running a program: bounded, never through a shell, and every failure is a value. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {runCommand} from '../../src/sys/command.js';
import {bundle, start} from './support/child.js';
import {openDescriptors, tempDirs} from './support/temp.js';

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

  test('an exit code, with what was said in one line', async () => {
    const script = "echo 'line 1\nline\t2' >&2; exit 3";
    const result = await runCommand('sh', ['-c', script], {timeoutMs});
    expect(result).toEqual({kind: 'failed', why: 'sh: line 1 line 2', exitCode: 3});
  });

  test('a long complaint is cut', async () => {
    const result = await runCommand('sh', ['-c', 'yes | head -c 100000 >&2; exit 1'], {timeoutMs});
    expect(result.kind === 'failed' && result.why.length).toBeLessThan(310);
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
      `import {runCommand} from './src/sys/command.js';
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
      runCommand('sleep', ['20'], {timeoutMs: 200}),
      runCommand('sh', ['-c', ignores], {timeoutMs: 200}),
    ]);
    expect(results.map(({kind}) => kind)).toEqual(['failed', 'failed']);
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  test('is said as the reason', async () => {
    const result = await runCommand('sleep', ['20'], {timeoutMs: 100});
    expect(result).toMatchObject({why: expect.stringMatching(/timed out/i)});
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

test('many at once leave no descriptor behind', async () => {
  await runCommand('true', [], {timeoutMs});
  const before = openDescriptors().length;
  await Promise.all(Array.from({length: 40}, () => runCommand('cat', [], {input: 'x', timeoutMs})));
  expect(openDescriptors().length).toBeLessThanOrEqual(before);
});
