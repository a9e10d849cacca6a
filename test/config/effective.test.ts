/** What a daemon runs with, beside what is configured here. */
import {expect, test} from '@jest/globals';
import {differences, effectiveConfig, shownSettings} from '../../src/config/effective.js';
import {type Config, settingNames, settings} from '../../src/config/schema.js';

const here = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].standard]),
) as unknown as Config;
const daemons: Config = {
  ...here,
  mailerSyslogName: ['sm-mta', 'mta-in'],
  threshold: 3,
  dryRun: true,
  blockTime: 7200,
  warnWebhook: 'https://example.net/secret',
};
const told = shownSettings(daemons);

test('each difference is listed, as the file would have it', () => {
  expect(differences(here, shownSettings(here))).toEqual([]);
  expect(differences(here, told)).toEqual([
    {key: 'mailer_syslog_name', daemon: '"sm-mta,mta-in"', here: '"auto"'},
    {key: 'threshold', daemon: '3', here: '10'},
    {key: 'block_time', daemon: '"2h"', here: '"1h"'},
    {key: 'dry_run', daemon: 'true', here: 'false'},
  ]);
});

test('the settings of warnings are not shown: they may hold a secret', () => {
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('the configuration of the daemon comes back, as far as it can be read', () => {
  const {warnWebhook} = here;
  expect(effectiveConfig(here, told)).toEqual({...daemons, warnWebhook});
  const odd = {threshold: '"x"', block_time: '{', of_another_version: '1', dry_run: 'true'};
  expect(effectiveConfig(here, odd)).toEqual({...here, dryRun: true});
});
