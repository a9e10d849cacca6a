/** Files and programs of the settings that do not work for the daemon that runs. */
import fs from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {pathTroubles} from '../../src/daemon/path-troubles.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();
const none = {logFile: '', warnCommand: '', mailActionCommand: ''};

test('a path that is not set is no trouble', () => {
  expect(pathTroubles(none, undefined)).toEqual([]);
});

test('each path that does not work is listed by its key, with the reason', () => {
  const plain = join(newDir(), 'plain');
  fs.writeFileSync(plain, '', {mode: 0o644});
  const config = {logFile: '/nowhere/log', warnCommand: plain, mailActionCommand: '/nowhere/run'};
  expect(pathTroubles(config, 'disk full')).toEqual([
    {key: 'log_file', what: expect.stringContaining('ENOENT')},
    {key: 'metrics_file', what: 'disk full'},
    {key: 'warn_command', what: expect.stringContaining('EACCES')},
    {key: 'mail_action_command', what: expect.stringContaining('ENOENT')},
  ]);
});

test('a path that works is not', () => {
  const program = join(newDir(), 'program');
  fs.writeFileSync(program, '#!/bin/sh\n', {mode: 0o755});
  const config = {logFile: join(newDir(), 'log'), warnCommand: program, mailActionCommand: program};
  expect(pathTroubles(config, undefined)).toEqual([]);
});
