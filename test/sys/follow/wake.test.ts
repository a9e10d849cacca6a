/** What `wake.ts` takes for granted of the package `tail`, and that it wakes. */
import {describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {Tail} from 'tail';
import {wakeOnFile, wakeOnName} from '../../../src/sys/follow/wake.js';
import {openDescriptors, sleep, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();

function newFile(): string {
  const path = join(newDir(), 'mail.log');
  fs.writeFileSync(path, 'old\n');
  return path;
}

describe('the package tail', () => {
  test('is the version whose source was read', () => {
    const require = createRequire(import.meta.url);
    expect(require('tail/package.json')).toMatchObject({version: '2.2.6'});
    expect(require(join(process.cwd(), 'package.json'))).toMatchObject({
      dependencies: {tail: '2.2.6'},
    });
  });

  test('its watch calls `change` and `rename`, which we override', async () => {
    const path = newFile();
    const calls = new Set<string>();
    class Probe extends Tail {
      change(): void {
        calls.add('change');
      }
      rename(): void {
        calls.add('rename');
      }
    }
    const base = Tail.prototype as unknown as Record<string, unknown>;
    expect(typeof base['change']).toBe('function');
    expect(typeof base['rename']).toBe('function');
    const tail = new Probe(path, {follow: false});
    fs.appendFileSync(path, 'new\n');
    await until('change', () => calls.has('change'));
    fs.renameSync(path, `${path}.1`);
    await until('rename', () => calls.has('rename'));
    tail.unwatch();
  });
});

describe('wakeOnFile', () => {
  test('wakes for a write, a rename, and writes to the renamed file', async () => {
    const path = newFile();
    let kicks = 0;
    const wake = wakeOnFile(path, () => (kicks += 1));
    for (const change of [
      () => fs.appendFileSync(path, 'new\n'),
      () => fs.renameSync(path, `${path}.1`),
      () => fs.appendFileSync(`${path}.1`, 'late\n'),
      () => fs.rmSync(`${path}.1`),
    ]) {
      await sleep(20);
      kicks = 0;
      change();
      await until('a kick', () => kicks > 0);
    }
    wake.close();
  });

  test('is silent when closed, and holds nothing', async () => {
    const path = newFile();
    wakeOnFile(path, () => undefined).close();
    const before = openDescriptors().length;
    let kicks = 0;
    const wakes = Array.from({length: 20}, () => wakeOnFile(path, () => (kicks += 1)));
    for (const wake of wakes) wake.close();
    fs.appendFileSync(path, 'new\n');
    await sleep(100);
    expect(kicks).toBe(0);
    expect(openDescriptors().length).toBe(before);
  });

  test('a file that is not there is no error: the caller looks by itself', () => {
    const path = join(newDir(), 'none');
    expect(() => wakeOnFile(path, () => undefined).close()).not.toThrow();
  });
});

describe('wakeOnName', () => {
  test('wakes when the name goes, comes, or goes to another file; not for lines of others', async () => {
    const path = newFile();
    let kicks = 0;
    const wake = wakeOnName(path, () => (kicks += 1));
    for (const change of [
      () => fs.renameSync(path, `${path}.1`),
      () => fs.writeFileSync(path, ''),
      () => fs.rmSync(path),
      () => fs.symlinkSync(`${path}.1`, path),
    ]) {
      await sleep(20);
      kicks = 0;
      change();
      await until('a kick', () => kicks > 0);
    }
    kicks = 0;
    fs.writeFileSync(`${path}.other`, 'line\n');
    await sleep(50);
    expect(kicks).toBe(0);
    wake.close();
  });
});
