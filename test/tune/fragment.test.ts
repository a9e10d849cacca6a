/** The fragment: lines of a configuration file, whatever the log files are called. */
import {expect, test} from '@jest/globals';
import {judged, largeLog, today} from './judged.js';
import {fragmentOf} from '../../src/tune/fragment.js';
import {tuning} from '../../src/tune/tuning.js';
import {parseConfigText} from '../../src/sys/disk/config-file.js';

const fewer = {answers: 280};
const least = judged({threshold: 5, now: {answers: 200}, later: {answers: 200}});
const found = (
  files: readonly string[],
  trials = [least, judged({threshold: 7, now: fewer, later: fewer}), today],
) =>
  tuning(
    {threshold: 10, blockTime: 3600, blockTimeMax: 345_600},
    {
      log: {...largeLog, files},
      ...{trials, likelyInnocent: []},
      changedBy: () => ({blockedMore: [], spared: []}),
    },
  );
const nowMs = Date.UTC(2026, 10, 30);

test('a proposal as the file has it, with the log, the time and the reasons as comments', () => {
  const text = fragmentOf(found(['/var/log/mail.log.1']), nowMs)!;
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual(['threshold = 7', '']);
  expect(text).toContain('at 2026-11-30T00:00:00Z');
  expect(text).toContain('# /var/log/mail.log.1\n');
  expect(text).toContain('Before: threshold = 10\n');
});

test('a name of a file is no line of the configuration', () => {
  const names = ['a\nthreshold = 2', 'b\rdry_run = true', 'c\u2028x', `d${'x'.repeat(5000)}`];
  const text = fragmentOf(found([...names, ...Array<string>(20).fill('e')]), nowMs)!;
  const parsed = parseConfigText('fragment.toml', text);
  expect(parsed).toMatchObject({table: {threshold: 7}});
  expect(Object.keys((parsed as {table: object}).table)).toEqual(['threshold']);
  expect(text.length).toBeLessThan(4000);
});

test('without a change there is no fragment', () => {
  expect(fragmentOf(found(['a'], [today]), nowMs)).toBeUndefined();
});
