import {expect, test} from '@jest/globals';
import {gateSettings} from '../../../src/greeting/waiting/gate-settings.js';
import {configIn} from '../../support/config.js';

const sendmail = '/usr/sbin/sendmail -bs -Am -L';

test.each([
  ['', ['auto'], `${sendmail} sm-mta`],
  ['', ['mta-in', 'sm-mta'], `${sendmail} mta-in`],
  ['/opt/mta  -bs  -x', ['auto'], '/opt/mta -bs -x'],
])('command %j under the names %j', (greetingCommand, mailerSyslogName, words) => {
  const {command} = gateSettings({...configIn('/tmp'), greetingCommand, mailerSyslogName});
  expect(command).toEqual(words.split(' '));
});

test('times are in ms', () => {
  expect(gateSettings(configIn('/tmp')).limits).toEqual({
    waitMs: 6000,
    stressWaitMs: 1000,
    most: 2000,
    mostPerClient: 20,
    mostPerNetwork: 100,
    mostChildren: 100,
    childrenPerSecond: 20,
  });
});
