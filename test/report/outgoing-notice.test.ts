import {expect, test} from '@jest/globals';
import {type NoticeSettings, outboundNotice} from '../../src/report/outgoing-notice.js';
import {network} from '../net/samples.js';

const settings: NoticeSettings = {
  ...{outbound: 'reject', outboundPorts: [25, 587]},
  allowedSenders: ['root:/usr/sbin/a', 'root:/usr/sbin/b', '103:*'],
  allowedDestinations: [network('198.51.100.0/24'), network('2001:db8::7')],
};

test('the notice names each mode that keeps mail back, and the mail that may pass', () => {
  expect(outboundNotice(settings)).toBe(
    'outgoing mail to ports 25, 587 is rejected, but of users root, 103 and to 198.51.100.0/24, 2001:db8::7',
  );
  const nobody = {...settings, outboundPorts: [25], allowedSenders: [], allowedDestinations: []};
  expect(outboundNotice({...nobody, outbound: 'hold'})).toBe(
    'outgoing mail to port 25 is held back until it is known whose it is',
  );
});

test.each(['off', 'observe', 'warn'] as const)('%s needs no notice', (outbound) => {
  expect(outboundNotice({...settings, outbound})).toBeUndefined();
});
