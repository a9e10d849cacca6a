/** What `ss` (iproute2 6.1) prints of idle times, and what nobody can make it mean. */
import {describe, expect, test} from '@jest/globals';
import {readIdleTimes} from '../../src/net/idle-times.js';

function line({ino = '17372603', group = '/', info = ' lastsnd:2012 lastrcv:3012'} = {}): string {
  return `0 0 192.0.2.1:25 203.0.113.7:46306 ino:${ino} sk:2e3d cgroup:${group} <-> ts sack bbr wscale:10,10 rto:204 rtt:0.025/0.012 mss:32768 rcvmss:536 cwnd:11 bytes_sent:1 bbr:(bw:6898515624bps,mrtt:0.024) send 115343360000bps${info} lastack:2012 pacing_rate 312153570224bps app_limited`;
}
const read = (...lines: string[]): unknown => {
  const found = readIdleTimes(lines.map((each) => `${each}\n`).join(''));
  return found.kind === 'measured' ? Object.fromEntries(found.idleMs) : found.kind;
};

describe('readIdleTimes', () => {
  test.each([
    ['the later of the two', ' lastsnd:2012 lastrcv:3012', 2012],
    ['the later of the two', ' lastsnd:700000 lastrcv:3012', 3012],
    ['sent this moment', ' lastrcv:3012', 0],
    ['received this moment', ' lastsnd:3012', 0],
    ['both', '', 0],
  ])('%s: %s is %i', (_, info, idleMs) => {
    expect(read(line({info}))).toEqual({17372603: idleMs});
  });

  test('one line for each connection; nothing when there is none', () => {
    const other = line({ino: '5', info: ' lastsnd:1 lastrcv:2'});
    expect(read(line(), other)).toEqual({17372603: 2012, 5: 1});
    expect(read()).toEqual({});
  });

  test('a line with a user and a timer', () => {
    const timed = line().replace('ino:', 'timer:(keepalive,119min,0) uid:105 ino:');
    expect(read(timed)).toEqual({17372603: 2012});
  });

  test('without what the kernel knows: not measured', () => {
    const bare = '0 0 192.0.2.1:25 203.0.113.7:46306 ino:7 sk:2e3d cgroup:/ <->';
    expect(read(bare)).toBe('unknown');
    expect(read(bare, line())).toEqual({17372603: 2012});
    expect(read('Cannot open netlink socket: Protocol not supported')).toBe('unknown');
  });

  test('the name of a control group proves nothing', () => {
    const group = '/x ino:99 cwnd:1 lastsnd:900000 lastrcv:900000 ';
    expect(read(line({group}))).toEqual({17372603: 2012});
    expect(read(line({group, info: ''}))).toEqual({17372603: 0});
  });
});
