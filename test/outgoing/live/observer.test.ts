/** The watch with many processes at once, and with processes that change their program or user. Real processes. */
import {afterEach, beforeEach, expect} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {parseAddress} from '../../../src/net/address.js';
import type {Observation} from '../../../src/outgoing/watch/observation.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {makeSenses, sightingsOf} from './senses.js';
import {openSenders, remote, type Senders, startWatching, type Watching} from './senders.js';

const test = whereAvailable({
  root: true,
  tools: ['unshare', 'nsenter', 'setpriv', 'ip', 'perl'],
  works: ['unshare', '--net', 'ls', '/sys/kernel/tracing/instances'],
});
const newFolder = tempDirs();
const user = 4711;
/** A port that no other test uses. */
const port = 2628;
const connecting = `use Socket; $^F = 99;
socket $socket, PF_INET, SOCK_STREAM, 0 or die;
connect $socket, pack_sockaddr_in ${port}, inet_aton '${remote[4]}' or die;`;

let senders: Senders;
let watching: Watching | undefined;
let folder: string;
beforeEach(async () => {
  senders = await openSenders(port);
  folder = newFolder();
  fs.chmodSync(folder, 0o755);
});
afterEach(async () => {
  await watching?.stop();
  senders.close();
});

function put(text: string): string {
  const file = join(folder, 'script.pl');
  fs.writeFileSync(file, text);
  return file;
}

test('each script of a burst is named', async () => {
  watching = await startWatching(port, 'all');
  const {seen} = watching;
  // The processes live on, because the shortest life that the watch can follow depends on the load.
  const file = put(`${connecting} sleep 60;`);
  senders.start(user, 'perl', ['-e', `fork or exec "perl", "${file}" for 1..60; sleep 60`], folder);
  await until('all of them', () => seen.length >= 60);
  const owners = seen.map(({sighting}) => sighting.owner!);
  expect(new Set(owners.map(({pid}) => pid)).size).toBe(60);
  for (const owner of owners) {
    expect(owner).toMatchObject({uid: user, user: String(user), directory: folder});
    expect(owner.executable).toMatch(/\/perl$/);
  }
});

test('a program that was given the socket of an allowed one is a stranger, by the tables', async () => {
  watching = await startWatching(port, 'tables');
  const {seen} = watching;
  const becoming = `$> = ${user}; ${connecting} $> = 0; $< = 4712; $> = 4712; sleep 60;`;
  senders.start(0, 'perl', [put(becoming)]);
  await until('it is seen', () => seen.length > 0);
  expect(seen).toMatchObject([{standing: 'other', sighting: {connection: {uid: user}}}]);
});

test('a program that connects and becomes a set-uid program that is allowed is a stranger', async () => {
  const program = join(folder, 'sleep');
  fs.copyFileSync('/bin/sleep', program);
  fs.chmodSync(program, 0o4755);
  watching = await startWatching(port, 'all', {allowedSenders: [`root:${program}`]});
  const {seen} = watching;
  const file = put(`${connecting} exec '${program}', '60'`);
  for (let i = 0; i < 5; i++) senders.start(user, 'perl', [file]);
  await until('they are seen', () => seen.length >= 5);
  expect(seen.map(({standing}) => standing)).toEqual(Array(5).fill('other'));
});

const endings = async (which: 'the first look' | 'later looks'): Promise<void> => {
  const told: Observation[] = [];
  let senses = makeSenses(port, told);
  await senses.tables.look('all', () => 'events');
  const passing = `${connecting} my $close = rand $ENV{LIFE}; select undef, undef, undef, $close;`;
  const file = put(passing);
  let lifeSeconds = 0.1;
  const start = (): string => {
    const burst = `$ENV{LIFE} = ${lifeSeconds}; for (1..150) { fork or exec 'perl', '${file}'; select undef, undef, undef, 0.01 }`;
    return `/proc/${senders.start(user, 'perl', ['-e', burst]).pid}`;
  };
  let running = start();
  await until(
    'they have ended, and some were seen',
    async () => {
      if (which === 'the first look') senses = makeSenses(port, told);
      await senses.tables.look('all', () => 'events');
      await senses.settled();
      if (fs.existsSync(running)) return false;
      // On a busy machine all processes may end before the look does: the next ones live longer.
      lifeSeconds *= 2;
      if (told.length === 0) running = start();
      return told.length > 0;
    },
    120_000,
  );
  expect(sightingsOf(told).filter(({sighting}) => sighting.owner === undefined)).toEqual([]);
};

const leftToKernel = 'a process that ends during the search is left to the trace';
test(`the first look: ${leftToKernel}`, () => endings('the first look'));
test(`later looks: ${leftToKernel}`, () => endings('later looks'));

const closing = {'has ended': 'exit', 'has closed it': 'close $socket; sleep 60'} as const;
const toldLate = async (end: keyof typeof closing): Promise<void> => {
  const told: Observation[] = [];
  const senses = makeSenses(port, told);
  const go = join(folder, 'go');
  const file = put(`${connecting} select undef, undef, undef, 0.01 until -e '${go}';
    rmdir '${go}'; ${closing[end]}`);
  fs.chmodSync(folder, 0o777);
  const {pid = 0} = senders.start(user, 'perl', [file]);
  await until('a look has seen it', async () => {
    await senses.tables.look('all', () => 'events');
    return told.length > 0;
  });
  fs.mkdirSync(go);
  await until('it is closed', () => !fs.existsSync(go));
  if (end === 'has ended') await until('it has ended', () => !fs.existsSync(`/proc/${pid}`));
  const event = {pid, command: 'perl', remote: parseAddress(remote[4])!, remotePort: port};
  await senses.events.hear(event);
  // The same event again is about another connection.
  await senses.events.hear(event);
  await senses.settled();
  expect(sightingsOf(told).map(({sighting}) => sighting.owner?.pid)).toEqual([pid, pid]);
};

test('a connection that a look has seen and that has ended is not reported again', () =>
  toldLate('has ended'));
test('and one that has been closed is not either', () => toldLate('has closed it'));
