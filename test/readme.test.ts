/** Holds README.md to the program: every option with its default, every command, every exit code. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {exitCode} from '../src/cli/face/exit.js';
import {nameOf} from '../src/cli/command-row.js';
import {commands} from '../src/cli/command-table.js';
import type {Kind} from '../src/config/kinds.js';
import {flagOf, settingNames, settings} from '../src/config/schema.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const manual = readFileSync(new URL('../debian/blocksmtp.8', import.meta.url), 'utf8');
const rows = new Map(
  [...readme.matchAll(/^\| `(--[a-z-]+)` \| (.*?) \| .+ \|$/gm)].map((row) => [row[1], row[2]]),
);

/** Defaults that mean something else than what stands in the file. */
const inWords: Readonly<Record<string, string>> = {
  '--mailer-ip': 'none',
  '--mailer-syslog-host': 'every host',
  '--log-file': 'none',
  '--metrics-file': 'none',
  '--allowed-senders': 'the mail transfer agents',
  '--allowed-destinations': 'none',
  '--warn-mail': 'none',
  '--warn-command': 'none',
  '--warn-webhook': 'none',
  '--warn-user': 'none',
};

/** All but `run`, which is what happens without a command. */
const names = commands.map(nameOf).filter((name) => name !== 'run');

describe('README.md', () => {
  test.each(settingNames)('lists %s with its default', (name) => {
    const {kind, standard} = settings[name];
    const flag = flagOf(name);
    const written = (kind as Kind<unknown>).write(standard).replaceAll('"', '');
    const expected = typeof standard === 'boolean' ? 'off' : (inWords[flag] ?? written);
    expect(rows.get(flag)?.replaceAll('`', '')).toBe(expected);
  });

  test('lists no option that does not exist', () => {
    expect([...rows.keys()].sort()).toEqual(settingNames.map(flagOf).sort());
  });

  test.each(settingNames)('and the manual page have %s', (name) => {
    expect(manual).toContain(flagOf(name).replaceAll('-', '\\-'));
  });

  test.each(Object.entries(exitCode))('tells the exit code of %s', (_, code) => {
    expect(readme).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'));
  });

  test.each(names)('and the manual page show the command %s', (command) => {
    expect(readme).toContain(`blocksmtp ${command}`);
    expect(manual).toMatch(new RegExp(`^\\.B[IR]? "?${command.replace('-', '\\\\-')}\\b`, 'm'));
  });
});
