/** Which program has the gate's port, by what its processes show of themselves. */
import {expect, test} from '@jest/globals';
import {type PortProgram, takenBy, takenText} from '../../src/greeting/at-port.js';

const program = (changed: Partial<PortProgram>): PortProgram => ({
  ...{pid: 812, path: '/usr/libexec/sendmail/sendmail', words: ['sendmail: accepting connections']},
  user: 'root',
  ...changed,
});
const gate = {path: '/usr/bin/node', words: ['node', '/usr/sbin/blocksmtp', 'gate']};

test.each([
  ['nobody', [], undefined],
  ['the gate', [program(gate)], undefined],
  ['the service manager', [program({pid: 1, path: '/usr/lib/systemd/systemd'})], undefined],
  ['another manager', [program({pid: 1, path: '/usr/sbin/init'})], undefined],
  ['the gate and the manager', [program({pid: 1}), program(gate)], undefined],
  ['a mailer alone in a container', [program({pid: 1})], 'sendmail (process 1)'],
  ['the mailer', [program({})], 'sendmail (process 812)'],
  [
    'a user’s program that is called as the gate',
    [program({...gate, user: 'other'})],
    'node (process 812)',
  ],
  [
    'another command of ours',
    [program({...gate, words: ['node', '/usr/sbin/blocksmtp', 'run']})],
    'node (process 812)',
  ],
  ['one that shows nothing', [program({path: '', words: []})], 'a program (process 812)'],
] as const)('%s', (_, programs, expected) => {
  expect(takenBy(programs)).toBe(expected);
});

test('its name is foreign text', () => {
  const by = takenBy([program({path: `/tmp/a\n\u001b[31m${'x'.repeat(200)}`})]) ?? '';
  expect(by).toMatch(/^[\x20-\x7e]{1,70}$/);
  expect(takenText(2500, by)).toContain('port 2500 (greeting_port) is taken by ');
});
