import {describe, expect, test} from '@jest/globals';
import {Command} from 'commander';
import {exitCode} from '../../src/cli/exit.js';
import {addOptions, defaultConfigFile} from '../../src/cli/options.js';
import {flagOf, settingNames, settings} from '../../src/config/schema.js';

const command = new Command();
addOptions(command, settingNames);
const help = command.helpInformation().replaceAll(/\s+/g, ' ');

describe('addOptions', () => {
  test('there is one option for each setting, and --config', () => {
    expect(command.options.map(({long}) => long)).toEqual([
      '--config',
      ...settingNames.map(flagOf),
    ]);
    expect(defaultConfigFile).toBe('/etc/blocksmtp/blocksmtp.toml');
  });

  test.each(settingNames)('%s: the help has its meaning and its placeholder', (name) => {
    const {kind, meaning} = settings[name];
    const flag = flagOf(name);
    expect(help).toContain(kind.placeholder === undefined ? flag : `${flag} <${kind.placeholder}>`);
    expect(help).toContain(meaning.replaceAll(/\s+/g, ' '));
  });

  test('the help shows the defaults as a person writes them', () => {
    for (const each of ['10', '1h', '7d', '10m', 'sm-mta', '*/5 * * * *', 'auto']) {
      expect(help).toContain(`(default: ${each})`);
    }
  });

  test('no option has a default of its own, or a file could never win over it', () => {
    expect(command.parse([], {from: 'user'}).opts()).toEqual({});
  });
});

test('exitCode: those of sysexits.h, which scripts rely on', () => {
  expect(exitCode).toEqual({ok: 0, no: 1, usage: 64, unavailable: 69, configuration: 78});
});
