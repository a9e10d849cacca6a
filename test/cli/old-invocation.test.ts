/** The old program's command line works unchanged (issue 2). */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {afterAll, describe, expect, test} from '@jest/globals';
import {Command} from 'commander';
import {addOptions} from '../../src/cli/rows/options.js';
import type {Options} from '../../src/config/options.js';
import {settingNames, settings} from '../../src/config/schema.js';
import {configOf} from '../../src/daemon/course/configuration.js';
import {blocksmtp, complaints, temporary} from './built.js';
import {address} from '../net/samples.js';

const files = temporary();
afterAll(() => files.remove());

const oldLine =
  '--debug=3 --debug-to-syslog --white-list=/etc/blocksmtp.whitelist --syslog-msgs-file=/var/log/messages --mailer-ip=10.100.10.200 --mailer-port=25 --mailer-syslog-host=mail1 --mailer-syslog-name=sm-mta --iptables-chain-name=SPAM_UNAME_GUESSERS';
const words = oldLine.split(' ');

/** The configuration that these words give, with an empty file under them. */
function configured(given: readonly string[]) {
  const command = new Command().exitOverride();
  addOptions(command, settingNames);
  const options = command.parse(given, {from: 'user'}).opts<Options>();
  return configOf({...options, config: files.write('empty.toml', '')});
}

describe('the old command line', () => {
  const standards = Object.fromEntries(settingNames.map((name) => [name, settings[name].standard]));
  const asked = {
    debug: 3,
    debugToSyslog: true,
    whiteList: '/etc/blocksmtp.whitelist',
    syslogMsgsFile: ['/var/log/messages'],
    mailerIp: address('10.100.10.200'),
    mailerPort: 25,
    mailerPorts: [25],
    mailerSyslogHost: 'mail1',
    mailerSyslogName: ['sm-mta'],
    iptablesChainName: 'SPAM_UNAME_GUESSERS',
  };

  test('addOptions and configOf: every value arrives, and the rest are the defaults', () => {
    const config = {...standards, ...asked};
    expect(configured(words)).toEqual({kind: 'config', config, text: ''});
  });

  test('addOptions: a value may also be a word of its own', () => {
    const apart = words.flatMap((word) => word.split('='));
    expect(configured(apart)).toEqual(configured(words));
  });

  test.each([
    ['no command', [...words, '--wrong-word']],
    ['run', ['run', ...words, '--wrong-word']],
    // Only the word that we made wrong is reported: the program knows all of the others.
  ])('blocksmtp with %s knows every word of it', (_, given) => {
    const ended = blocksmtp(given);
    expect(complaints(ended)).toEqual([
      expect.stringContaining('command line: unknown option --wrong-word: '),
    ]);
    expect(ended.code).toBe(64);
  });

  test('blocksmtp follows the log with it, and SIGTERM ends it with 0', async () => {
    // Only the paths are others than in the issue, so that the test touches nothing.
    const here = words.map((word) =>
      word
        .replace('/etc/blocksmtp.whitelist', files.write('whitelist', '192.0.2.0/24\n'))
        .replace('/var/log/messages', files.write('messages', '')),
    );
    const places = [`--state-dir=${files.path('')}`, `--control-socket=${files.path('socket')}`];
    const all = ['dist/blocksmtp.js', ...here, ...places, '--dry-run'];
    const daemon = spawn(process.execPath, all, {stdio: ['ignore', 'ignore', 'pipe']});
    const ended = once(daemon, 'exit');
    const said: string[] = [];
    for await (const line of createInterface({input: daemon.stderr})) {
      said.push(line);
      if (line.includes(`notice following ${files.path('messages')}`)) daemon.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(said.filter((line) => / error /.test(line))).toEqual([]);
  });
});
