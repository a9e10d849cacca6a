/** Settings of 1.0 that decide nothing any more: the file and the command line start unchanged. */
import {describe, expect, test} from '@jest/globals';
import {isObsoleteKey, obsoleteNames, obsoleteNotices} from '../../src/config/obsolete.js';
import {parseConfig} from '../../src/config/parse.js';
import {sampleConfig} from '../../src/config/sample.js';
import {flagOf, keyOf, settingNames} from '../../src/config/schema.js';
import {obsolete} from '../../src/config/settings/obsolete.js';

/** As 1.0 has it, with values that 1.0 took and values that nobody would. */
const table = {
  threshold: 12,
  least_unknown_share: 20,
  leak_time: '10m',
  block_time_factor: 1.5,
  repeat_memory: 'for ever',
  good_senders_max: [3],
};

test('they are those of 1.0 that went, and no setting of today', () => {
  expect(obsoleteNames.map(keyOf)).toEqual(Object.keys(table).slice(1));
  expect(settingNames.filter((name) => isObsoleteKey(keyOf(name)))).toEqual([]);
  for (const name of obsoleteNames) expect(sampleConfig()).not.toContain(keyOf(name));
});

test('a file with them is good, and a typing error beside them is reported', () => {
  const sources = {flags: {}, file: 'f.toml', isSchedule: () => true};
  const parsed = parseConfig({...sources, table});
  expect(parsed).toMatchObject({kind: 'config', config: {threshold: 12}});
  for (const name of obsoleteNames) expect(parsed).not.toHaveProperty(`config.${name}`);
  const wrong = parseConfig({...sources, table: {...table, leak_tme: 1}});
  expect(wrong).toMatchObject({kind: 'problems', problems: [{what: 'unknown key "leak_tme"'}]});
});

describe('obsoleteNotices', () => {
  test('one line for each place, with the reason, in one form', () => {
    expect(obsoleteNotices({leakTime: '1d', threshold: 3}, 'f.toml', table)).toEqual([
      expect.stringMatching(/^f\.toml: least_unknown_share: no longer used: /),
      expect.stringMatching(/^--leak-time: no longer used: /),
      expect.stringMatching(/^f\.toml: leak_time: no longer used: /),
      expect.stringMatching(/^f\.toml: block_time_factor: no longer used: /),
      expect.stringMatching(/^f\.toml: repeat_memory: no longer used: /),
      expect.stringMatching(/^f\.toml: good_senders_max: no longer used: /),
    ]);
    expect(obsoleteNotices({}, 'f.toml', {leak_time: 1})).toEqual([
      `f.toml: leak_time: no longer used: ${obsolete.leakTime} (remove it; see docs/how-it-decides.md, installed in /usr/share/doc/blocksmtp)`,
    ]);
  });

  test('nothing is named where nothing is written', () => {
    const inherited = Object.create({leak_time: 1}) as Record<string, unknown>;
    expect(obsoleteNotices({threshold: 3}, 'f.toml', inherited)).toEqual([]);
  });

  test.each(obsoleteNames)('%s: its reason is half a sentence', (name) => {
    expect(obsolete[name]).toMatch(/^[a-z].*[^.]$/);
    expect(flagOf(name)).toMatch(/^--[a-z-]+$/);
  });
});
