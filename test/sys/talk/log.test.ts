/** The daemon's own lines: levels, forms, and that no log that fails can stop the others. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {bundle, start, startScript} from '../../support/child.js';
import {sleep, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
const settings = (changes: object): string =>
  JSON.stringify({debug: 4, logFile: '', debugToSyslog: false, ...changes});

function script(folder: string, body: string, changes: object = {}): string {
  return bundle(
    folder,
    `import {openLog} from './src/sys/talk/log.js';
     const settings = ${settings(changes)};
     let log = openLog(settings);
     ${body}`,
  );
}

const everyLevel = `for (const level of ['error', 'warning', 'notice', 'info', 'debug'] as const) {
  log.say(level, 'this is ' + level + (log.shows(level) ? ' shown' : ''));
}
await log.close();`;

describe('levels', () => {
  test.each([0, 1, 2, 3, 4])('--debug=%d shows the first so many', async (debug) => {
    const child = startScript(script(newDir(), everyLevel, {debug}));
    expect(await child.ended).toBe(0);
    const names = ['error', 'warning', 'notice', 'info', 'debug'].slice(0, debug + 1);
    const expected = names.map((name) => `${name} this is ${name} shown`);
    const lines = child.complaints().trim().split('\n');
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual(expected);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d /);
    expect(child.output()).toBe('');
  });

  test('in the journal a line begins with its severity', async () => {
    const folder = newDir();
    const file = script(folder, everyLevel);
    const out = join(folder, 'journal');
    fs.writeFileSync(out, '');
    const {dev, ino} = fs.statSync(out);
    const shell = 'exec "$1" --no-warnings "$2" 2>"$3"';
    const environment = {JOURNAL_STREAM: `${dev}:${ino}`};
    await start('sh', ['-c', shell, 'sh', process.execPath, file, out], environment).ended;
    expect(fs.readFileSync(out, 'utf8').split('\n').slice(0, 2)).toEqual([
      '<3>this is error shown',
      '<4>this is warning shown',
    ]);
  });
});

test('a message is one line, and no terminal obeys it', async () => {
  const body = `log.say('error', 'a\\nb\\u001b[2J\\u009b\\u202ec\\u2028d'); await log.close();`;
  const child = startScript(script(newDir(), body));
  expect(await child.ended).toBe(0);
  expect(child.complaints().replace(/^\S+ /, '')).toBe('error a?b?[2J??c?d\n');
});

describe('lines that cannot be written', () => {
  test('a closed standard error ends nothing, and the file gets every line', async () => {
    const folder = newDir();
    const logFile = join(folder, 'own.log');
    const body = `
      await new Promise((resolve) => process.stdin.once('data', resolve));
      for (let i = 0; i < 200; i++) { log.say('notice', 'line ' + i); await new Promise((r) => setTimeout(r, 1)); }
      await log.close();
      console.log('alive');
      process.exit();`;
    const child = startScript(script(folder, body, {logFile}));
    await sleep(400);
    child.process.stderr.destroy();
    child.process.stdin.write('go\n');
    await child.ended;
    expect(child.output()).toBe('alive\n');
    expect(fs.readFileSync(logFile, 'utf8').trim().split('\n')).toHaveLength(200);
  });

  test.each([
    ['a full disk', '/dev/full'],
    ['a directory', '/tmp'],
    ['a file below a file', '/dev/null/own.log'],
  ])('a log file that is %s: standard error gets every line', async (_, logFile) => {
    const body = `
      for (let i = 0; i < 500; i++) { log.say('notice', 'line ' + i); if (i % 50 === 0) await new Promise((r) => setTimeout(r, 5)); }
      await log.close();
      console.log('alive');`;
    const child = startScript(script(newDir(), body, {logFile}));
    const killer = setTimeout(() => child.process.kill('SIGKILL'), 5000);
    await child.ended;
    clearTimeout(killer);
    expect(child.output()).toBe('alive\n');
    expect(child.complaints().match(/ notice line /g)).toHaveLength(500);
  });

  test('with a syslog that is away the end comes in time, and with the right exit code', async () => {
    const folder = newDir();
    fs.writeFileSync(join(folder, 'logger'), '#!/bin/sh\nexit 1\n', {mode: 0o755});
    const body = `
      log.say('notice', 'one');
      await new Promise((resolve) => setTimeout(resolve, 600));
      const startMs = performance.now();
      await log.close();
      console.log('closed', performance.now() - startMs < 2500);`;
    const file = script(folder, body, {debugToSyslog: true});
    const child = startScript(file, [], {PATH: `${folder}:${process.env['PATH'] ?? ''}`});
    expect(await child.ended).toBe(0);
    expect(child.output()).toBe('closed true\n');
  });
});

test('closing ends when the file has every line', async () => {
  const folder = newDir();
  const logFile = join(folder, 'own.log');
  const body = `for (let i = 0; i < 2000; i++) log.say('notice', 'line ' + i);
    await log.close();
    process.exit(0);`;
  await startScript(script(folder, body, {logFile})).ended;
  expect(fs.readFileSync(logFile, 'utf8').trim().split('\n')).toHaveLength(2000);
});

test('after a rotation the next line is in a new file', async () => {
  const logFile = join(newDir(), 'own.log');
  const body = `
    import fs from 'node:fs';
    log.say('notice', 'before');
    fs.renameSync(settings.logFile, settings.logFile + '.1');
    log.say('notice', 'after');
    await log.close();`;
  await startScript(script(newDir(), body, {logFile})).ended;
  const [old, fresh] = [`${logFile}.1`, logFile].map((path) => fs.readFileSync(path, 'utf8'));
  expect([old, fresh]).toEqual([
    expect.stringMatching(/ before\n$/),
    expect.stringMatching(/^\S+ notice after\n$/),
  ]);
});

test('many reloads leave no warning and no descriptor behind', async () => {
  const folder = newDir();
  const logFile = join(folder, 'own.log');
  const body = `
    import fs from 'node:fs';
    const count = () => fs.readdirSync('/proc/self/fd').length;
    const before = count();
    for (let i = 0; i < 30; i++) { log.say('notice', 'life ' + i); await log.close(); log = openLog(settings); }
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log(count() - before);
    console.log(process.stderr.listenerCount('error') < 10);
    await log.close();`;
  const file = script(folder, body, {logFile});
  const child = start(process.execPath, [file]);
  await child.ended;
  expect(child.complaints()).not.toMatch(/MaxListeners/);
  const [descriptors, few] = child.output().trim().split('\n');
  expect(Number(descriptors)).toBeLessThan(4);
  expect(few).toBe('true');
  await until('all lives', () => fs.readFileSync(logFile, 'utf8').includes('life 29'));
});
