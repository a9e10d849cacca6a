/**
 * Freezing and thawing real processes. Programs called sendmail are copies of perl that root owns. That a process is frozen
 * is read in the turn in which it got the signal, because later the freezer's timer may have thawed it.
 */
import {afterEach, beforeEach, describe, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {
  freezeInBatchMs,
  frozenNote,
  hurryMs,
  mostFrozen,
  mostTimes,
} from '../../../src/sessions/freeze.js';
import {Freezer} from '../../../src/sessions/live/freezer.js';
import {NotesFile} from '../../../src/sys/disk/notes-file.js';
import {statIfThere} from '../../../src/sys/proc/snapshot.js';
import {bundle, type Child, start, startScript} from '../../support/child.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const asRoot = whereAvailable({root: true, tools: ['perl', 'setpriv', 'prlimit']});
const newDir = tempDirs();
let folder: string;
let notes: NotesFile;
let said: string[];
let clockMs = 0;
const started: Child[] = [];

beforeEach(() => {
  folder = newDir();
  said = [];
  notes = new NotesFile(folder, 'frozen-notes');
  fs.copyFileSync('/usr/bin/perl', join(folder, 'sendmail'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.process.kill('SIGKILL');
});

const serving = 'sendmail: MTA: server [192.0.2.7] cmd read';

async function mailer(title = serving, program = join(folder, 'sendmail')): Promise<number> {
  const script = '$| = 1; $0 = shift; print "up\\n"; sleep 1 while 1';
  const child = start(program, ['-e', script, title]);
  started.push(child);
  await until('its title', () => child.output() !== '');
  return child.process.pid ?? 0;
}

const isFrozen = (pid: number): boolean => statIfThere(pid)?.state === 'T';

/** A signal is delivered a moment later. Waits without giving way to timers. */
function frozenNow(pid: number): boolean {
  const endMs = performance.now() + 30_000;
  while (!isFrozen(pid) && performance.now() < endMs);
  return isFrozen(pid);
}

/** The same for SIGCONT. */
function thawedNow(pid: number): boolean {
  const endMs = performance.now() + 30_000;
  while (isFrozen(pid) && performance.now() < endMs);
  return !isFrozen(pid);
}

type Settings = ConstructorParameters<typeof Freezer>[0];
const standard: Settings = {cutSessions: 'both', dryRun: false};

const newFreezer = (
  settings = standard,
  kept: Pick<NotesFile, 'add' | 'read' | 'clear'> | undefined = notes,
): Freezer =>
  new Freezer(settings, {
    ...{dialect: sendmail, notes: kept},
    isExempt: ({text}) => text === '192.0.2.8',
    now: () => clockMs,
    say: (level, message) => said.push(`${level} ${message}`),
  });

const thawed = (pid: number): Promise<void> => until('it to go on', () => !isFrozen(pid));

describe('a process that serves a client', () => {
  asRoot('is frozen for a moment, and goes on; it is noted meanwhile', async () => {
    const pid = await mailer();
    // Its title is that of a process that waits, and it does.
    await until('it sleeps', () => statIfThere(pid)?.state === 'S');
    expect(newFreezer().freeze(pid, 'first', Date.now())).toEqual({
      startTicks: statIfThere(pid)?.startTicks,
    });
    const {startTicks = 0} = statIfThere(pid) ?? {};
    expect([frozenNow(pid), notes.read()]).toEqual([true, frozenNote({pid, startTicks})]);
    await thawed(pid);
    await until('the note to be gone', () => notes.read() === '');
    expect([fs.readdirSync(folder).includes('frozen-notes'), said]).toEqual([false, []]);
  });

  asRoot('is frozen again if it is in a hurry, a few times', async () => {
    const [pid, other] = [await mailer(), await mailer()];
    const freezer = newFreezer();
    for (let times = 0; times < mostTimes; times++) {
      freezer.freeze(pid, times === 0 ? 'first' : 'again', Date.now());
      expect(frozenNow(pid)).toBe(true);
      await until('the note to be gone', () => notes.read() === '');
    }
    await thawed(pid);
    for (const when of ['first', 'again'] as const) freezer.freeze(pid, when, Date.now());
    freezer.freeze(other, 'first', Date.now());
    expect([frozenNow(other), isFrozen(pid)]).toEqual([true, false]);
    await thawed(other);
  });

  asRoot('is frozen once if it is in no hurry', async () => {
    const [pid, other] = [await mailer(), await mailer()];
    const freezer = newFreezer();
    freezer.freeze(pid, 'first', Date.now());
    expect(frozenNow(pid)).toBe(true);
    await until('the note to be gone', () => notes.read() === '');
    await thawed(pid);
    clockMs += hurryMs;
    for (const when of ['first', 'again'] as const) freezer.freeze(pid, when, Date.now());
    freezer.freeze(other, 'first', Date.now());
    expect([frozenNow(other), isFrozen(pid)]).toEqual([true, false]);
    await thawed(other);
  });

  asRoot('goes on at once when the daemon stops', async () => {
    const pid = await mailer();
    const freezer = newFreezer();
    freezer.freeze(pid, 'first', Date.now());
    expect(frozenNow(pid)).toBe(true);
    freezer.stop();
    expect(notes.read()).toBe('');
    await thawed(pid);
  });

  asRoot('goes on while a long batch is judged, in which no timer runs', async () => {
    const pid = await mailer();
    const freezer = newFreezer();
    freezer.freeze(pid, 'first', Date.now());
    expect(frozenNow(pid)).toBe(true);
    clockMs += freezeInBatchMs - 1;
    freezer.thawDue();
    expect(isFrozen(pid)).toBe(true);
    clockMs += 1;
    freezer.thawDue();
    expect(thawedNow(pid)).toBe(true);
  });

  asRoot('ends after SIGTERM, and is not frozen again meanwhile', async () => {
    const pid = await mailer();
    const freezer = newFreezer();
    freezer.freeze(pid, 'first', Date.now());
    expect(frozenNow(pid)).toBe(true);
    freezer.release({pid, startTicks: statIfThere(pid)?.startTicks ?? 0});
    expect(thawedNow(pid)).toBe(true);
    const frozen = await mailer();
    for (const when of ['first', 'again'] as const) freezer.freeze(pid, when, Date.now());
    freezer.freeze(frozen, 'first', Date.now());
    expect([frozenNow(frozen), isFrozen(pid)]).toEqual([true, false]);
    await thawed(frozen);
  });

  asRoot('is not frozen for a line that is older than it', async () => {
    const [pid, other] = [await mailer(), await mailer()];
    const freezer = newFreezer();
    freezer.freeze(pid, 'first', Date.now() - 60_000);
    freezer.freeze(other, 'first', Date.now());
    expect([frozenNow(other), isFrozen(pid)]).toEqual([true, false]);
    await thawed(other);
  });

  asRoot('is not frozen without a note', async () => {
    const pid = await mailer();
    const full = {
      ...{read: () => '', clear: () => undefined},
      add: () => {
        throw new Error('full');
      },
    };
    newFreezer(standard, full).freeze(pid, 'first', Date.now());
    const frozen = await mailer();
    newFreezer().freeze(frozen, 'first', Date.now());
    expect([frozenNow(frozen), isFrozen(pid)]).toEqual([true, false]);
    await thawed(frozen);
  });

  asRoot('is not frozen beside many others', async () => {
    const pids = await Promise.all(Array.from({length: mostFrozen + 1}, () => mailer()));
    const freezer = newFreezer();
    for (const pid of pids) freezer.freeze(pid, 'first', Date.now());
    expect(pids.slice(0, mostFrozen).every(frozenNow)).toBe(true);
    expect(isFrozen(pids[mostFrozen] ?? 0)).toBe(false);
    for (const pid of pids) await thawed(pid);
    expect(notes.read()).toBe('');
  });
});

describe('no other process is frozen', () => {
  asRoot(
    'a listener, one of an exempt client, another program, one of a user, one that has ended',
    async () => {
      const user = join(folder, 'user', 'sendmail');
      fs.chmodSync(folder, 0o755);
      fs.mkdirSync(join(folder, 'user'));
      fs.copyFileSync('/usr/bin/perl', user);
      const setpriv = start('setpriv', [
        ...['--reuid=1000', '--regid=1000', '--clear-groups', user],
        ...['-e', '$| = 1; $0 = shift; print "up\\n"; sleep 1 while 1', serving],
      ]);
      started.push(setpriv);
      await until('its title', () => setpriv.output() !== '');
      const pids = [
        await mailer('sendmail: MTA: accepting connections'),
        await mailer(serving.replace('2.7]', '2.8]')),
        await mailer(serving, '/usr/bin/perl'),
        setpriv.process.pid ?? 0,
      ];
      const freezer = newFreezer();
      for (const pid of [...pids, 4_194_303]) freezer.freeze(pid, 'first', Date.now());
      const frozen = await mailer();
      freezer.freeze(frozen, 'first', Date.now());
      expect([frozenNow(frozen), ...pids.map(isFrozen)]).toEqual([
        true,
        false,
        false,
        false,
        false,
      ]);
      await thawed(frozen);
    },
  );

  asRoot('in a dry run, and where no process is to be ended', async () => {
    const [pid, other] = [await mailer(), await mailer()];
    const off: Settings[] = [
      {...standard, dryRun: true},
      {...standard, cutSessions: 'none'},
      {...standard, cutSessions: 'sockets'},
    ];
    for (const settings of off) newFreezer(settings).freeze(pid, 'first', Date.now());
    newFreezer({...standard, cutSessions: 'processes'}).freeze(other, 'first', Date.now());
    expect([frozenNow(other), isFrozen(pid)]).toEqual([true, false]);
    await thawed(other);
  });
});

describe('after kill -9', () => {
  const crash = (end: string): string => `
    import {closeSync, openSync} from 'node:fs';
    import {sendmail} from './src/mail/sendmail/dialect.js';
    import {Freezer} from './src/sessions/live/freezer.js';
    import {NotesFile} from './src/sys/disk/notes-file.js';
    const [folder, pid] = process.argv.slice(2);
    const notes = new NotesFile(folder, 'frozen-notes');
    const view = {dialect: sendmail, notes, isExempt: () => false, now: () => 0, say: () => undefined};
    const freezer = new Freezer({cutSessions: 'both', dryRun: false}, view);
    freezer.begin();
    freezer.freeze(Number(pid), 'first', Date.now());
    ${end}`;

  asRoot('a frozen process goes on at the next start, which says so', async () => {
    const pid = await mailer();
    const killed = startScript(bundle(folder, crash("process.kill(process.pid, 'SIGKILL');")), [
      ...[folder, String(pid)],
    ]);
    expect(await killed.ended).toBe('SIGKILL');
    expect(frozenNow(pid)).toBe(true);
    newFreezer().begin();
    await thawed(pid);
    expect(said).toEqual([`notice sendmail process ${pid} goes on: a killed run had frozen it`]);
    expect(notes.read()).toBe('');
  });

  asRoot('and after a fault of our own it goes on at once', async () => {
    const pid = await mailer();
    const failed = startScript(bundle(folder, crash('process.exit(1);')), [folder, String(pid)]);
    expect(await failed.ended).toBe(1);
    await thawed(pid);
    expect(notes.read()).toBe('');
  });

  asRoot('it goes on where nothing can be read about it', async () => {
    const pid = await mailer();
    const starved = `
      const open = [];
      try { for (;;) open.push(openSync('/dev/null', 'r')); } catch {}
      freezer.stop();
      open.forEach(closeSync);`;
    const words = ['--nofile=200', process.execPath, '--no-warnings'];
    const child = start('prlimit', [...words, bundle(folder, crash(starved)), folder, String(pid)]);
    expect(await child.ended).toBe(0);
    await thawed(pid);
  });

  asRoot('a later process with its number stays as it is', async () => {
    const pid = await mailer();
    const {startTicks = 0} = statIfThere(pid) ?? {};
    process.kill(pid, 'SIGSTOP');
    expect(frozenNow(pid)).toBe(true);
    notes.add(frozenNote({pid, startTicks: startTicks - 1}));
    newFreezer().begin();
    expect([isFrozen(pid), said]).toEqual([true, []]);
  });
});
