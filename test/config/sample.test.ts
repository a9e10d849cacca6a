import {describe, expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {parse as parseToml} from 'smol-toml';
import {parseConfig} from '../../src/config/parse.js';
import {sampleConfig} from '../../src/config/sample.js';
import {keyOf, settingNames, settings} from '../../src/config/schema.js';

const shipped = readFileSync('etc/blocksmtp.toml', 'utf8');

/** The sample as it is when every setting is switched on. */
const switchedOn = sampleConfig().replaceAll(/^#(?=\w)/gm, '');

const configOf = (toml: string) =>
  parseConfig({flags: {}, file: 'sample', table: parseToml(toml), isSchedule: () => true});

describe('sampleConfig', () => {
  test('is the file that is shipped', () => {
    expect(shipped).toBe(sampleConfig());
  });

  test('as it is, sets nothing', () => {
    expect(parseToml(sampleConfig())).toEqual({});
  });

  test('switched on, has every setting and is exactly the defaults', () => {
    expect(Object.keys(parseToml(switchedOn))).toEqual(settingNames.map(keyOf));
    const standards = settingNames.map((name) => [name, settings[name].standard]);
    expect(configOf(switchedOn)).toEqual({kind: 'config', config: Object.fromEntries(standards)});
  });

  test('tells the meaning and the bounds of every setting', () => {
    const prose = sampleConfig().replaceAll(/\n# /g, ' ');
    for (const name of settingNames) {
      expect(prose).toContain(settings[name].meaning);
      expect(prose).toContain(settings[name].kind.bounds);
    }
  });

  test('no comment is wider than 96 columns', () => {
    const widest = Math.max(
      ...sampleConfig()
        .split('\n')
        .filter((line) => line.startsWith('# '))
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(96);
  });
});
