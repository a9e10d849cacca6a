import {describe, expect, test} from '@jest/globals';
import {
  keptMs,
  mostRows,
  mostRowsOfUser,
  SenderBook,
  type SenderHour,
  sumSenders,
} from '../../src/outgoing/sender-hours.js';
import {openStore} from '../../src/sys/disk/store.js';
import {tempDirs} from '../support/temp.js';
import {Table} from '../../src/base/mechanisms/table.js';
import {seenTo, startMs} from './samples.js';

const newFolder = tempDirs();
const hour = 3_600_000;

describe('senders', () => {
  test('are summed by user, directory and program; those not allowed come first', () => {
    const rows = new Table<SenderHour>();
    const book = new SenderBook(rows);
    const mailer = {
      uid: 0,
      user: 'root',
      executable: '/usr/libexec/sendmail/sendmail',
      script: '',
      directory: '/',
    };
    for (let i = 0; i < 9; i++) book.count(seenTo(`192.0.2.${i}`, mailer, startMs + i), 'allowed');
    for (let i = 0; i < 3; i++)
      book.count(seenTo(`192.0.2.${i}`, {pid: 900 + i}, startMs + i * hour), 'other');
    book.count(seenTo('192.0.2.25', {user: 'bob', uid: 1001}, startMs), 'other');
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

  test('have just the user, or no name at all, where no more is known', () => {
    const rows = new Table<SenderHour>();
    const book = new SenderBook(rows);
    const {connection} = seenTo('192.0.2.25');
    book.count({atMs: startMs, connection, sureness: 'user'}, 'other');
    book.count(
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
    const book = new SenderBook(rows);
    for (let i = 0; i < 100; i++) book.count(seenTo(`192.0.2.${i}`), 'other');
    const [sum] = sumSenders(rows.values(), 0);
    expect([sum?.connections, sum?.destinations.length]).toEqual([100, 8]);
  });

  test('hours are forgotten, and those that a clock set wrong has made', () => {
    const rows = new Table<SenderHour>();
    const book = new SenderBook(rows);
    book.count(seenTo('192.0.2.1', {}, startMs - keptMs - 1), 'other');
    book.count(seenTo('192.0.2.2', {}, startMs - keptMs), 'other');
    book.count(seenTo('192.0.2.3', {}, startMs + 2 * hour), 'other');
    book.forget(startMs);
    expect([...rows.values()].map(({destinations}) => destinations)).toEqual([['192.0.2.2']]);
  });

  test('names without number hold no memory: the oldest row goes', () => {
    const rows = new Table<SenderHour>();
    const book = new SenderBook(rows);
    for (let i = 0; i <= mostRows; i++) book.count(seenTo('192.0.2.1', {uid: i}), 'other');
    expect(rows.size).toBe(mostRows);
    expect([...rows.entries()][0]?.[0]).toContain('[1,');
  });

  test('a user who renames the program each time pushes nobody out', () => {
    const rows = new Table<SenderHour>();
    const book = new SenderBook(rows);
    book.count(seenTo('192.0.2.1', {uid: 1001, user: 'bob'}), 'other');
    for (let i = 0; i < mostRows; i++) {
      book.count(seenTo('192.0.2.1', {executable: `/x/${i}`}), 'other');
    }
    expect(rows.size).toBe(mostRowsOfUser + 2);
    expect(sumSenders(rows.values(), 0)[0]).toMatchObject({
      ...{user: 'www-data', program: 'other programs', script: '', directory: ''},
      connections: mostRows - mostRowsOfUser,
    });
  });

  test('are the same after they were saved', async () => {
    const folder = newFolder();
    const store = await openStore(folder, startMs);
    const book = new SenderBook(store.state.outgoing);
    const scripts = ['/srv/a.pl', '/srv/b.pl', '/srv/"\\n', '/srv/x\0y'];
    for (const script of scripts) book.count(seenTo('192.0.2.1', {script}), 'other');
    const before = sumSenders(store.state.outgoing.values(), 0);
    store.commit();
    store.close();
    const again = await openStore(folder, startMs);
    expect(sumSenders(again.state.outgoing.values(), 0)).toEqual(before);
    expect(before.map(({script}) => script)).toEqual(scripts);
    again.close();
  });
});
