import {describe, expect, test} from '@jest/globals';
import {
  forgetMs,
  mostConnections,
  SeenConnections,
} from '../../../src/outgoing/seen-connections.js';
import {
  mostDestinations,
  mostPrograms,
  mostProgramsOfRange,
  mostProgramsOfUser,
  mostRemembered,
  WarningLimits,
} from '../../../src/outgoing/warn/limits.js';
import {connectionTo, seenTo, startMs} from '../samples.js';

const hour = 3_600_000;

describe('WarningLimits', () => {
  test('one warning for each program and destination in an hour', () => {
    const limits = new WarningLimits();
    const tell = (remote: string, atMs: number, changed = {}) =>
      limits.tell(seenTo(remote, changed), hour, startMs + atMs).kind;
    expect(tell('192.0.2.25', 0)).toBe('warn');
    expect(tell('192.0.2.25', 1)).toBe('silent');
    expect(tell('192.0.2.26', 2)).toBe('warn');
    expect(tell('192.0.2.25', 3, {script: '/srv/www/y.pl'})).toBe('warn');
    expect(tell('192.0.2.25', 4, {uid: 34})).toBe('warn');
    expect(tell('192.0.2.25', 5, {pid: 816})).toBe('silent');
    expect(tell('192.0.2.25', hour - 1)).toBe('silent');
    expect(tell('192.0.2.25', hour)).toBe('warn');
  });

  test('gives the number since the last warning', () => {
    const limits = new WarningLimits();
    for (let i = 0; i < 5; i++) limits.tell(seenTo('192.0.2.25'), hour, startMs + i);
    expect(limits.tell(seenTo('192.0.2.25'), hour, startMs + hour)).toEqual({
      kind: 'warn',
      times: 5,
      further: 'told',
    });
  });

  test('a program that writes to the whole world leads to five warnings', () => {
    const limits = new WarningLimits();
    const told = Array.from({length: 100}, (_, i) =>
      limits.tell(seenTo(`192.0.2.${i}`), hour, startMs),
    );
    expect(told.filter(({kind}) => kind === 'warn')).toHaveLength(mostDestinations);
    // The last warning says that more is silenced.
    expect(told.flatMap((each) => (each.kind === 'warn' ? each.further : []))).toEqual([
      ...Array<string>(mostDestinations - 1).fill('told'),
      'program',
    ]);
  });

  test('a user who gives each program another name leads to ten warnings', () => {
    const limits = new WarningLimits();
    const tell = (name: number, uid = 33) =>
      limits.tell(seenTo('192.0.2.25', {executable: `/x/${name}`, uid}), hour, startMs);
    const told = Array.from({length: 100}, (_, i) => tell(i));
    expect(told.filter(({kind}) => kind === 'warn')).toHaveLength(mostProgramsOfUser);
    expect(told[mostProgramsOfUser - 1]).toMatchObject({further: 'user'});
    // Another user is not affected.
    expect(tell(0, 34)).toMatchObject({kind: 'warn', further: 'told'});
  });

  test('a user with a range of numbers for containers has the share of a range', () => {
    const limits = new WarningLimits();
    const told = Array.from({length: 300}, (_, i) =>
      limits.tell(seenTo('192.0.2.25', {uid: 131_072 + i}), hour, startMs),
    );
    expect(told.filter(({kind}) => kind === 'warn')).toHaveLength(mostProgramsOfRange);
    expect(limits.tell(seenTo('192.0.2.25', {uid: 33}), hour, startMs).kind).toBe('warn');
  });

  test('all users together have a bound, until the interval is over', () => {
    const limits = new WarningLimits();
    const tell = (uid: number, atMs = 0) =>
      limits.tell(seenTo('192.0.2.25', {uid}), hour, startMs + atMs);
    const told = Array.from({length: mostPrograms + 9}, (_, i) => tell(i));
    expect(told.filter(({kind}) => kind === 'warn')).toHaveLength(mostPrograms);
    expect(told[mostPrograms - 1]).toMatchObject({further: 'everybody'});
    expect(tell(mostPrograms + 10, hour).kind).toBe('warn');
  });

  test('programs without number hold no memory', () => {
    const limits = new WarningLimits();
    const tell = (uid: number) => limits.tell(seenTo('192.0.2.25', {uid}), hour, startMs);
    for (let i = 0; i <= mostRemembered; i++) tell(i);
    // The first program was forgotten for the last one, but the bound still holds.
    expect(tell(0).kind).toBe('silent');
  });

  test('sweep forgets rows that are over, and rows that a clock set wrong has made', () => {
    const limits = new WarningLimits();
    limits.tell(seenTo('192.0.2.25'), hour, startMs);
    limits.sweep(hour, startMs - 1);
    expect(limits.tell(seenTo('192.0.2.25'), hour, startMs - 1).kind).toBe('warn');
  });
});

describe('SeenConnections', () => {
  test('a connection is new once, also when nobody has it any more', () => {
    const seen = new SeenConnections();
    const note = (changed = {}, atMs = 0) =>
      seen.note(connectionTo('192.0.2.25', changed), startMs + atMs);
    expect(note({phase: 'opening'})).toBe('new');
    expect(note()).toBe('known');
    expect(note({inode: '0', phase: 'ended'})).toBe('known');
    expect(note({localPort: 54_322})).toBe('new');
    expect(note({network: 'net:[4026532177]'})).toBe('new');
    expect(note({inode: '4712'})).toBe('new');
    expect(note({inode: '0', phase: 'ended', localPort: 1})).toBe('new');
  });

  test('is forgotten when it was not seen for a while', () => {
    const seen = new SeenConnections();
    const one = connectionTo('192.0.2.25');
    seen.note(one, startMs);
    seen.sweep(startMs + forgetMs);
    expect(seen.note(one, startMs + forgetMs)).toBe('known');
    seen.sweep(startMs + 2 * forgetMs + 1);
    expect(seen.note(one, startMs + 2 * forgetMs + 1)).toBe('new');
  });

  test('the oldest of too many is given up', () => {
    const seen = new SeenConnections();
    const at = (i: number) =>
      connectionTo('192.0.2.25', {
        localPort: i % 65_536,
        inode: String(i + 1),
        uid: i,
        network: `net:[${Math.floor(i / 65_536)}]`,
      });
    for (let i = 0; i <= mostConnections; i++) seen.note(at(i), startMs);
    expect(seen.note(at(mostConnections), startMs)).toBe('known');
    expect(seen.note(at(0), startMs)).toBe('new');
  });
});
