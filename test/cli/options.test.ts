import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {Command} from 'commander';
import {exitCode} from '../../src/cli/face/exit.js';
import {addOptions} from '../../src/cli/rows/options.js';
import type {Options} from '../../src/config/options.js';
import {obsoleteNames} from '../../src/config/obsolete.js';
import {flagOf, keyOf, settingNames, settings} from '../../src/config/schema.js';
import {configOf, defaultConfigFile} from '../../src/daemon/course/configuration.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();

const command = new Command();
addOptions(command, settingNames);
const help = command.helpInformation().replaceAll(/\s+/g, ' ');

describe('addOptions', () => {
  test('there is one option for each setting, and --config', () => {
    const shown = command.options.filter(({hidden}) => !hidden);
    expect(shown.map(({long}) => long)).toEqual(['--config', ...settingNames.map(flagOf)]);
    expect(defaultConfigFile).toBe('/etc/blocksmtp/blocksmtp.toml');
  });

  test.each(settingNames)('%s: the help has its meaning and its placeholder', (name) => {
    const {kind, meaning} = settings[name];
    const flag = flagOf(name);
    expect(help).toContain(kind.placeholder === undefined ? flag : `${flag} <${kind.placeholder}>`);
    expect(help).toContain(meaning.replaceAll(/\s+/g, ' '));
  });

  test('the help shows the defaults as a person writes them', () => {
    for (const each of ['10', '1h', '4d', '10m', '*/5 * * * *', 'auto']) {
      expect(help).toContain(`(default: ${each})`);
    }
  });

  test('flags of 1.0 that decide nothing any more are taken with their value, and not shown', () => {
    const fresh = new Command().allowExcessArguments();
    addOptions(fresh, settingNames);
    const words = obsoleteNames.flatMap((name) => [flagOf(name), '7']);
    expect(fresh.parse([...words, 'word'], {from: 'user'}).args).toEqual(['word']);
    expect(Object.keys(fresh.opts())).toEqual(obsoleteNames);
    for (const name of obsoleteNames) expect(help).not.toContain(flagOf(name));
    const parsed = configOf({...fresh.opts<Options>(), config: '/dev/null'}, '');
    expect(parsed.kind).toBe('config');
  });

  test('no option has a default of its own, or a file could never win over it', () => {
    expect(command.parse([], {from: 'user'}).opts()).toEqual({});
  });
});

describe('a switch', () => {
  const switches = settingNames.filter((name) => typeof settings[name].standard === 'boolean');
  const values = (words: readonly string[]) => {
    const fresh = new Command().exitOverride();
    addOptions(fresh, settingNames);
    return fresh.parse(words, {from: 'user'}).opts<Options>();
  };

  test.each(switches)('%s: the flag says yes and no to the file', (name) => {
    const config = join(newDir(), 'file.toml');
    const flag = flagOf(name);
    for (const inFile of [true, false]) {
      writeFileSync(config, `${keyOf(name)} = ${inFile}\n`);
      for (const [word, value] of [
        [flag, true],
        [`${flag}=true`, true],
        [`${flag}=false`, false],
        [flag.replace('--', '--no-'), false],
      ] as const) {
        const parsed = configOf({...values([word]), config});
        expect(parsed).toMatchObject({kind: 'config', config: {[name]: value}});
      }
    }
  });

  test('the last word counts, and the next one is not its value', () => {
    expect(
      values(['--dry-run', '--no-dry-run', '--flush-on-exit=false', '--flush-on-exit']),
    ).toEqual({dryRun: false, flushOnExit: true});
    const fresh = new Command().allowExcessArguments();
    addOptions(fresh, settingNames);
    expect(fresh.parse(['--dry-run', 'false'], {from: 'user'}).args).toEqual(['false']);
  });

  test('the help says how it is switched off, once', () => {
    const said: string[] = [];
    const fresh = new Command().configureOutput({writeOut: (text) => void said.push(text)});
    addOptions(fresh, settingNames);
    fresh.outputHelp();
    expect(said.join('').match(/--no-/g)).toHaveLength(2);
    expect(said.join('')).toContain('--no-NAME or --NAME=false, such as --no-dry-run');
  });
});

test('exitCode: those of sysexits.h, which scripts rely on', () => {
  expect(exitCode).toEqual({
    ok: 0,
    no: 1,
    usage: 64,
    later: 75,
    unavailable: 69,
    fault: 70,
    configuration: 78,
  });
});
