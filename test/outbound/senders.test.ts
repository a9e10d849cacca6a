import {describe, expect, test} from '@jest/globals';
import {
  countSighting,
  forgetHours,
  keptMs,
  mostRows,
  type SenderHour,
  sumSenders,
} from '../../src/outbound/senders.js';
import {Table} from '../../src/state/table.js';
import {seenTo, startMs} from './samples.js';

const hour = 3_600_000;

describe('senders', () => {
  test('are summed by user, directory and program; who is not allowed stands on top', () => {
    const rows = new Table<SenderHour>();
    const mailer = {
      uid: 0,
      user: 'root',
      executable: '/usr/libexec/sendmail/sendmail',
      script: '',
      directory: '/',
    };
    for (let i = 0; i < 9; i++)
      countSighting(rows, seenTo(`192.0.2.${i}`, mailer, startMs + i), 'allowed');
    for (let i = 0; i < 3; i++)
      countSighting(rows, seenTo(`192.0.2.${i}`, {pid: 900 + i}, startMs + i * hour), 'other');
    countSighting(rows, seenTo('192.0.2.25', {user: 'bob', uid: 1001}, startMs), 'other');
    expect(sumSenders(rows.values(), startMs)).toMatchObject([
      {
        standing: 'other',
        user: 'www-data',
        directory: '/tmp',
        script: '/tmp/x.pl',
        connections: 3,
        pid: 902,
        lastMs: startMs + 2 * hour,
        destinations: ['192.0.2.0', '192.0.2.1', '192.0.2.2'],
      },
      {standing: 'other', user: 'bob', connections: 1},
      {standing: 'allowed', user: 'root', connections: 9},
    ]);
    expect(sumSenders(rows.values(), startMs + hour)).toMatchObject([
      {user: 'www-data', connections: 2},
    ]);
  });

  test('what is only known by its user, or not at all', () => {
    const rows = new Table<SenderHour>();
    const {connection} = seenTo('192.0.2.25');
    countSighting(rows, {atMs: startMs, connection, sureness: 'user'}, 'other');
    countSighting(
      rows,
      {atMs: startMs, connection: {...connection, inode: '0', uid: 0}, sureness: 'unknown'},
      'perhaps',
    );
    expect(sumSenders(rows.values(), 0).map(({user, pid}) => [user, pid])).toEqual([
      ['33', 0],
      ['', 0],
    ]);
  });

  test('names some destinations and counts all', () => {
    const rows = new Table<SenderHour>();
    for (let i = 0; i < 100; i++) countSighting(rows, seenTo(`192.0.2.${i}`), 'other');
    const [sum] = sumSenders(rows.values(), 0);
    expect([sum?.connections, sum?.destinations.length]).toEqual([100, 8]);
  });

  test('hours are forgotten, and those that a clock set wrong has made', () => {
    const rows = new Table<SenderHour>();
    countSighting(rows, seenTo('192.0.2.1', {}, startMs - keptMs - 1), 'other');
    countSighting(rows, seenTo('192.0.2.2', {}, startMs - keptMs), 'other');
    countSighting(rows, seenTo('192.0.2.3', {}, startMs + 2 * hour), 'other');
    forgetHours(rows, startMs);
    expect([...rows.values()].map(({destinations}) => destinations)).toEqual([['192.0.2.2']]);
  });

  test('names without number hold no memory: the oldest row goes', () => {
    const rows = new Table<SenderHour>();
    for (let i = 0; i <= mostRows; i++)
      countSighting(rows, seenTo('192.0.2.1', {executable: `/x/${i}`}), 'other');
    expect(rows.size).toBe(mostRows);
    expect([...rows.values()][0]?.program).toBe('/x/1');
  });
});
