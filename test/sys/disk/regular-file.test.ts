/** Somebody puts something else where a file should be: nobody waits for it. In a child, which may hang. */
import {describe, expect, test} from '@jest/globals';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import {bundle, type Child, start, startScript} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const pipeAt = (path: string): void => void execFileSync('mkfifo', [path]);

describe('our own log', () => {
  const writer = (logFile: string): string => `
    import {openLog} from './src/sys/talk/log.js';
    const log = openLog({debug: 4, logFile: '${logFile}', debugToSyslog: false});
    let count = 0;
    const timer = setInterval(() => {
      log.say('notice', 'line ' + ++count);
      process.stdout.write('tick\\n');
    }, 20);
    process.on('SIGTERM', async () => { clearInterval(timer); await log.close(); });`;
  const ticks = (child: Child): number => child.output().split('\n').length;

  async function goesOnAfter(replace: (path: string) => void): Promise<string> {
    const folder = newDir();
    const path = join(folder, 'own.log');
    const child = startScript(bundle(folder, writer(path)));
    await until('a line', () => fs.existsSync(path) && fs.statSync(path).size > 0);
    const beside = join(folder, 'beside');
    replace(beside);
    // The child may make its file again in between, over which no folder can be moved.
    await until('the change', () => {
      fs.rmSync(path, {force: true});
      try {
        fs.renameSync(beside, path);
        return true;
      } catch {
        return false;
      }
    });
    const before = ticks(child);
    try {
      await until('more lines', () => ticks(child) > before + 5);
      child.process.kill('SIGTERM');
      expect(await child.ended).toBe(0);
    } finally {
      child.process.kill('SIGKILL');
    }
    return path;
  }

  test('replaced by a pipe that nobody reads', async () => {
    await goesOnAfter(pipeAt);
  });

  test('replaced by a pipe whose reader is asleep, and which is full', async () => {
    const readers: Child[] = [];
    await goesOnAfter((path) => {
      pipeAt(path);
      const full = 'exec 3<>"$1"; head -c 1000000 /dev/zero | timeout 1 cat >&3; exec sleep 60';
      readers.push(start('sh', ['-c', full, 'sh', path]));
    });
    for (const reader of readers) reader.process.kill('SIGKILL');
  });

  test('replaced by a folder', async () => {
    await goesOnAfter((path) => fs.mkdirSync(path));
  });

  whereAvailable({root: true})('a link of another user leads nowhere', async () => {
    const secret = join(newDir(), 'secret');
    fs.writeFileSync(secret, '');
    await goesOnAfter((path) => {
      fs.symlinkSync(secret, path);
      fs.lchownSync(path, 1000, 1000);
    });
    expect(fs.statSync(secret).size).toBe(0);
  });

  test('a link of the administrator’s is followed', async () => {
    const elsewhere = join(newDir(), 'elsewhere');
    await goesOnAfter((path) => fs.symlinkSync(elsewhere, path));
    expect(fs.statSync(elsewhere).size).toBeGreaterThan(0);
  });
});

describe('in the place of what is opened once', () => {
  /** Prints what came of it. */
  async function answer(folder: string, script: string): Promise<string> {
    const child = startScript(bundle(folder, script), [folder]);
    await until('an answer', () => child.output().includes('\n'));
    child.process.kill('SIGKILL');
    return child.output().trim();
  }

  test.each<[string, string, string]>([
    ['the lock', 'lock', 'lockState(folder).then((result) => result.kind)'],
    ['the database', 'blocksmtp.db', `openStore(folder, 1e12).then(() => 'opened')`],
    ['its log', 'blocksmtp.db-wal', `openStore(folder, 1e12).then(() => 'opened')`],
    ['a mail log', 'mail.log', `Promise.resolve(folder + '/mail.log').then(LogFile.open)`],
    [
      'a packed one',
      'mail.log.2.gz',
      `Promise.resolve(folder + '/mail.log.2.gz').then(PackedFile.open)`,
    ],
  ])('a pipe instead of %s is refused', async (_, name, call) => {
    const folder = newDir();
    pipeAt(join(folder, name));
    const said = await answer(
      folder,
      `import {lockState} from './src/sys/run/instance-lock.js';
       import {openStore} from './src/sys/disk/store.js';
       import {LogFile} from './src/sys/follow/log-file.js';
       import {PackedFile} from './src/sys/follow/packed-file.js';
       const folder = process.argv[2];
       Promise.resolve().then(() => ${call}).then((kind) => console.log(kind), (error) => console.log(error.message));
       void [lockState, openStore, LogFile, PackedFile];`,
    );
    expect(said).toMatch(name === 'lock' ? /^failed$/ : /: expected a regular file$/);
  });
});
