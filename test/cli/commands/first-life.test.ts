/** With which configuration a daemon begins after a trial, whatever has become of disk and files. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {firstLife} from '../../../src/cli/commands/run.js';
import {readTrial, writeTrial} from '../../../src/daemon/course/trial-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
let folder = '';
let path = '';
let before = '';
let tried = '';
beforeEach(() => {
  folder = newDir();
  path = join(folder, 'blocksmtp.toml');
  const own = `state_dir = "${folder}"\n`;
  before = `${own}white_list = "${folder}/whitelist"\nthreshold = 11\n`;
  tried = `${own}threshold = 12\n`;
  fs.writeFileSync(path, tried);
  fs.writeFileSync(join(folder, 'whitelist'), '');
  writeTrial(folder, {kind: 'running', before, tried, sinceMs: 1000, untilMs: 2000});
});

function begun() {
  const first = firstLife({config: path});
  if (first.kind !== 'life') throw new Error('no life');
  return first.life;
}

describe('a daemon that is started while a configuration is on trial', () => {
  test('takes the one before, lifts the blocks made since, and remembers it', () => {
    expect(begun()).toMatchObject({config: {threshold: 11}, liftSinceMs: 1000});
    expect(readTrial(folder)).toEqual({
      kind: 'failed',
      before,
      tried,
      sinceMs: 1000,
      untilMs: 2000,
    });
    expect(begun()).toMatchObject({config: {threshold: 11}});
    expect(begun().liftSinceMs).toBeUndefined();
  });

  test.each(['running', 'failed'] as const)(
    'takes a file that was corrected since: the %s trial is over, and a notice says so',
    (kind) => {
      writeTrial(folder, {kind, before, tried, sinceMs: 1000, untilMs: 2000});
      fs.writeFileSync(path, tried.replace('12', '13'));
      const {config, trial, liftSinceMs, why} = begun();
      expect([config.threshold, trial, readTrial(folder)]).toEqual([13, undefined, undefined]);
      // What it blocked before anybody confirmed it is lifted once.
      expect(liftSinceMs).toBe(kind === 'running' ? 1000 : undefined);
      expect(why).toMatchObject({level: 'notice', message: expect.stringContaining('is over')});
      expect(begun().why).toBeUndefined();
    },
  );

  test('starts also where nothing can be written, and says so', () => {
    fs.mkdirSync(join(folder, 'trial.json.new'));
    const {config, why} = begun();
    expect(config.threshold).toBe(11);
    expect(why?.message).toMatch(/^the configuration was never confirmed: .*\(not noted: .*trial/);
    expect(readTrial(folder)?.kind).toBe('running');
  });

  test('takes the file where the one before cannot be used any more', () => {
    fs.rmSync(join(folder, 'whitelist'));
    const {config, why} = begun();
    expect(config.threshold).toBe(12);
    expect(why).toMatchObject({level: 'error', message: expect.stringContaining('no such file')});
  });

  test('takes the file where the trial cannot be read', () => {
    fs.writeFileSync(join(folder, 'trial.json'), '{"kind": "running"');
    expect(begun()).toMatchObject({config: {threshold: 12}});
  });
});
