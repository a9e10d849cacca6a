/** The kernel's count of opened connections, out of its table of counts. */
import {expect, test} from '@jest/globals';
import {activeOpensOf} from '../../src/net/active-opens.js';

const ip = 'Ip: Forwarding DefaultTTL\nIp: 2 64\n';
const names = 'Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens\n';

test.each([
  ['as every kernel prints it', `${ip}${names}Tcp: 1 200 120000 -1 1411 408\n`, '1411'],
  ['another order', `${ip}Tcp: ActiveOpens RtoMin\nTcp: 7 200\n`, '7'],
  ['no such column', `${ip}Tcp: RtoMin\nTcp: 200\n`, undefined],
  ['too few columns', `${names}Tcp: 1 200\n`, undefined],
  ['no number', `${names}Tcp: 1 200 120000 -1 many 408\n`, undefined],
  ['no counts', names, undefined],
  ['nothing', '', undefined],
])('%s', (_, text, expected) => {
  expect(activeOpensOf(text)).toBe(expected);
});
