/** The file for monitoring, and the message when it cannot be written. */
import {beforeEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {MetricsFile} from '../../src/daemon/metrics-file.js';
import {nobodyListens} from '../../src/hearing/view.js';
import {blocksByRule, type Status} from '../../src/report/status.js';
import {quietCrowd} from '../report/status-samples.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();
const status: Status = {
  sinceMs: 1,
  backend: 'iptables',
  families: [],
  egress: {mode: 'off', families: []},
  blocks: 3,
  blocksByRule: blocksByRule([]),
  crowd: quietCrowd,
  trial: {kind: 'none'},
  unsaved: undefined,
  outcomes: {},
  hearing: nobodyListens,
  settings: {},
};
let said: string[] = [];
beforeEach(() => {
  said = [];
});
const fileAt = (path: string): MetricsFile =>
  new MetricsFile(path, (level, message) => void said.push(`${level} ${message}`));

test('has the figures, and everybody may read it', () => {
  const path = join(newDir(), 'blocksmtp.prom');
  fileAt(path).write(status);
  expect(fs.readFileSync(path, 'utf8')).toContain('\nblocksmtp_blocks 3\n');
  expect(fs.statSync(path).mode & 0o777).toBe(0o644);
});

test('without a path nothing is written and nothing is logged', () => {
  fileAt('').write(status);
  expect(said).toEqual([]);
});

test('a refusal is logged once, again for another reason, and again after it had gone', () => {
  const folder = join(newDir(), 'later');
  const path = join(folder, 'blocksmtp.prom');
  const file = fileAt(path);
  for (let i = 0; i < 3; i++) file.write(status);
  expect(said).toEqual([expect.stringMatching(/^warning metrics_file: not written: ENOENT/)]);
  fs.writeFileSync(folder, '');
  for (let i = 0; i < 3; i++) file.write(status);
  expect(said).toHaveLength(2);
  fs.rmSync(folder);
  fs.mkdirSync(folder);
  file.write(status);
  expect([said.length, fs.existsSync(path)]).toEqual([2, true]);
  fs.rmSync(folder, {recursive: true});
  file.write(status);
  expect(said).toHaveLength(3);
});
