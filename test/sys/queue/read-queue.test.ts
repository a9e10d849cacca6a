/** Real files: what is taken for a message, and what is left alone. */
import {execFileSync} from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import type {QueuedMessage} from '../../../src/queue/message.js';
import {queueDirectories} from '../../../src/sys/queue/directories.js';
import {mostBodyBytes, mostControlBytes} from '../../../src/sys/queue/queue-file.js';
import {readMessages, readQueue, WaitingMessages} from '../../../src/sys/queue/read-queue.js';
import {findStates, listQueue, mostListed} from '../../../src/sys/queue/states.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {giveTo, queueWorld} from './world.js';

const newDir = tempDirs();
const asRoot = whereAvailable({root: true});

async function all(world: ReturnType<typeof queueWorld>) {
  const found: {id: string; text: string; whose: object; state: string}[] = [];
  const reading = await readQueue(
    ({message, bodyText}) => {
      const {id, whose, state} = message;
      found.push({id, text: bodyText(), whose, state});
    },
    {files: world.files},
  );
  return {found, reading, ids: found.map(({id}) => id).sort()};
}

test('messages of all directories are found, with their bodies', async () => {
  const world = queueWorld(newDir());
  world.put('mqueue/q1', 'ATFIh0Y000201');
  world.put('mqueue/q2/qf', 'ATFIh0Y000202');
  world.put('mqueue/bulk', 'ATFIh0Y000203');
  world.put('client', 'ATFIh0Y000204');
  renameSync(world.path('mqueue/bulk/qfATFIh0Y000203'), world.path('mqueue/bulk/hfATFIh0Y000203'));
  const {found, reading, ids} = await all(world);
  expect(ids).toEqual(['ATFIh0Y000201', 'ATFIh0Y000202', 'ATFIh0Y000203', 'ATFIh0Y000204']);
  expect(reading).toEqual({messages: 4, torn: 0, gone: 0, refused: 0, why: [], problems: []});
  for (const {id, text, state} of found) {
    expect({id, text, state}).toEqual({
      id,
      text: `body of ${id}\n`,
      state: id.endsWith('3') ? 'held' : 'waiting',
    });
  }
  expect(findStates([...ids, 'nosuch1'], world.files)).toEqual(
    new Map(
      ids.map((id) => [
        id,
        {
          queue: id.endsWith('4') ? 'submission' : 'relay',
          state: id.endsWith('3') ? 'held' : 'waiting',
        },
      ]),
    ),
  );
});

asRoot('in the queue of the submission the owner of the body is the sender', async () => {
  const world = queueWorld(newDir());
  giveTo(101, 102, world.path('client'));
  world.put('client', 'ATFIh0Y000204');
  giveTo(1234, 102, world.path('client/qfATFIh0Y000204'), world.path('client/dfATFIh0Y000204'));
  world.put('mqueue/q1', 'ATFIh0Y000205');
  const {found} = await all(world);
  expect(found.map(({whose}) => whose)).toEqual([
    expect.objectContaining({kind: 'host', address: '192.0.2.66'}),
    expect.objectContaining({kind: 'uid', uid: 1234, proof: 'kernel'}),
  ]);
});

asRoot(
  'a file of a stranger is none of the mailer, and neither is one of its group where all may write',
  async () => {
    const world = queueWorld(newDir());
    giveTo(0, 102, world.path('mqueue/q1'), world.path('mqueue/bulk'));
    execFileSync('chmod', ['0777', world.path('mqueue/bulk')]);
    world.put('mqueue/q1', 'ATFIh0Y000201');
    giveTo(1234, 1234, world.path('mqueue/q1/qfATFIh0Y000201'));
    world.put('mqueue/bulk', 'ATFIh0Y000203');
    giveTo(1234, 102, world.path('mqueue/bulk/qfATFIh0Y000203'));
    const {ids, reading} = await all(world);
    expect(ids).toEqual([]);
    expect(reading.refused).toBe(2);
    expect(reading.why[0]).toMatch(/a file of user 1234, expected one of the mailer$/);
  },
);

describe('a file that only looks like a message', () => {
  test('a link, a pipe, a directory, a torn file, another version, a huge one, other names', async () => {
    const world = queueWorld(newDir());
    const at = (name: string) => world.path('mqueue/q1', name);
    world.put('mqueue/q1', 'ATFIh0Y000200');
    symlinkSync('/etc/passwd', at('qfATFIh0Y000201'));
    execFileSync('mkfifo', [at('qfATFIh0Y000202')]);
    mkdirSync(at('qfATFIh0Y000203'));
    writeFileSync(at('qfATFIh0Y000204'), 'V8\nT1\nSa\nRPFD:b\n');
    writeFileSync(at('qfATFIh0Y000205'), 'V99\n.\n');
    writeFileSync(at('qfATFIh0Y000206'), `V8\nH??X: ${'x'.repeat(mostControlBytes)}\n.\n`);
    writeFileSync(at('qfATFIh0Y000207'), Buffer.from([0, 255, 10, 27]));
    for (const name of ['tfATFIh0Y000208', 'xfATFIh0Y000208', 'QfATFIh0Y000208', 'qf..', 'qf-x']) {
      writeFileSync(at(name), 'V8\n.\n');
    }
    const {ids, reading} = await all(world);
    expect(ids).toEqual(['ATFIh0Y000200']);
    expect({...reading, why: []}).toMatchObject({messages: 1, torn: 1, refused: 6});
    expect(reading.why).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/qfATFIh0Y000201: a link, expected a regular file$/),
        expect.stringMatching(/qfATFIh0Y000202: expected a regular file$/),
      ]),
    );
    expect(reading.why).toHaveLength(5);
  });

  test('a file with two links is being renamed; with three it is something else', async () => {
    const world = queueWorld(newDir());
    world.put('mqueue/q1', 'ATFIh0Y000200');
    linkSync(world.path('mqueue/q1/qfATFIh0Y000200'), world.path('mqueue/q1/tfATFIh0Y000200'));
    expect((await all(world)).ids).toEqual(['ATFIh0Y000200']);
    linkSync(world.path('mqueue/q1/qfATFIh0Y000200'), world.path('third'));
    expect((await all(world)).ids).toEqual([]);
  });

  test('a body that is a link is not read; of a large one the beginning', async () => {
    const world = queueWorld(newDir());
    world.put('mqueue/q1', 'ATFIh0Y000200', undefined, 'x'.repeat(2 * mostBodyBytes));
    world.put('mqueue/q1', 'ATFIh0Y000201');
    unlinkSync(world.path('mqueue/q1/dfATFIh0Y000201'));
    symlinkSync('/etc/passwd', world.path('mqueue/q1/dfATFIh0Y000201'));
    const {found} = await all(world);
    expect(found.map(({text}) => text.length)).toEqual([mostBodyBytes, 0]);
  });

  test('a message that goes while it is read is gone', async () => {
    const world = queueWorld(newDir());
    for (let i = 100; i < 110; i++) world.put('mqueue/q1', `ATFIh0Y000${i}`);
    let seen = 0;
    const reading = await readQueue(
      ({message}) => {
        seen += 1;
        if (seen > 1) return;
        for (let i = 100; i < 110; i++) {
          if (!message.id.endsWith(String(i))) unlinkSync(world.path(`mqueue/q1/qfATFIh0Y000${i}`));
        }
      },
      {files: world.files},
    );
    expect(reading).toMatchObject({messages: 1, gone: 9, refused: 0});
  });
});

test('no file of an unwanted message is opened, and it counts as a message', async () => {
  const world = queueWorld(newDir());
  world.put('mqueue/q1', 'ATFIh0Y000200');
  // A file that would be refused, and one that is torn: nobody looks.
  symlinkSync('/etc/passwd', world.path('mqueue/q1/qfATFIh0Y000201'));
  writeFileSync(world.path('mqueue/q1/qfATFIh0Y000202'), 'V8\n');
  const seen: string[] = [];
  const reading = await readQueue(({message}) => void seen.push(message.id), {
    files: world.files,
    isWanted: ({id, state}) => id.endsWith('0') && state === 'waiting',
  });
  expect([seen, reading.messages, reading.refused, reading.torn]).toEqual([
    ...[['ATFIh0Y000200'], 3, 0, 0],
  ]);
});

test('the size of a body is read only on request', async () => {
  const world = queueWorld(newDir());
  world.put('mqueue/q1', 'ATFIh0Y000200');
  const found: QueuedMessage[] = [];
  await readQueue(({message}) => void found.push(message), {files: world.files});
  expect(found.map((each) => each.bodyBytes())).toEqual(['body of ATFIh0Y000200\n'.length]);
  unlinkSync(world.path('mqueue/q1/dfATFIh0Y000200'));
  expect(found.map((each) => each.bodyBytes())).toEqual([0]);
});

test('a missing file is reported, and the rest is read', () => {
  const world = queueWorld(newDir());
  world.put('mqueue/q1', 'ATFIh0Y000200');
  const files = {...world.files, submission: [world.path('none.cf')]};
  const {directories, problems} = queueDirectories(files);
  expect(directories.map(({controls}) => controls)).toEqual([
    world.path('mqueue/q1'),
    world.path('mqueue/q2/qf'),
    world.path('mqueue/bulk'),
  ]);
  expect(problems).toEqual([`${world.path('none.cf')}: no such file`]);
});

test('all ids are listed by the names of their files, and a few messages are read by their ids', async () => {
  const world = queueWorld(newDir());
  world.put('mqueue/q1', 'ATFIh0Y000201');
  world.put('client', 'ATFIh0Y000204');
  renameSync(world.path('client/qfATFIh0Y000204'), world.path('client/hfATFIh0Y000204'));
  writeFileSync(world.path('mqueue/q1/qf..'), '');
  const listed = await listQueue(world.files);
  expect([...(listed?.messages ?? [])].sort()).toEqual([
    ['ATFIh0Y000201', 'waiting'],
    ['ATFIh0Y000204', 'held'],
  ]);
  const wanted = ['ATFIh0Y000204', 'ATFIh0Y999999', '../../etc'];
  expect(readMessages(wanted, world.files).map(({id, state}) => [id, state])).toEqual([
    ['ATFIh0Y000204', 'held'],
  ]);
  expect(listed?.unread).toEqual([]);
  expect(await listQueue({relay: [world.path('no.cf')], submission: []})).toBeUndefined();
  expect(mostListed).toBe(200_000);
});

test('a directory that cannot be read is named, and one that is gone holds nothing', async () => {
  const world = queueWorld(newDir());
  world.put('mqueue/q1', 'ATFIh0Y000201');
  rmSync(world.path('mqueue/bulk'), {recursive: true});
  expect((await listQueue(world.files))?.unread).toEqual([]);
  // Root may read any directory: a file in its place cannot be listed by anybody.
  writeFileSync(world.path('mqueue/bulk'), '');
  const listed = await listQueue(world.files);
  expect([...(listed?.messages.keys() ?? [])]).toEqual(['ATFIh0Y000201']);
  expect(listed?.unread).toEqual([expect.stringMatching(/^ENOTDIR: .*mqueue\/bulk/)]);
});

test('mail that waits for the relay is found again and again; new directories once a minute', () => {
  const world = queueWorld(newDir());
  const [relay, held, submission, later] = [1, 2, 3, 4].map((n) => `ATFIh0Y00020${n}`) as [
    ...[string, string, string, string],
  ];
  world.put('mqueue/q1', relay);
  world.put('mqueue/q1', held);
  renameSync(world.path(`mqueue/q1/qf${held}`), world.path(`mqueue/q1/hf${held}`));
  world.put('client', submission);
  const waiting = new WaitingMessages(world.files);
  const idsAt = (nowMs: number): string[] =>
    waiting.read([relay, held, submission, later, '../../etc'], nowMs).map(({id}) => id);
  expect(idsAt(0)).toEqual([relay]);
  mkdirSync(world.path('mqueue/q9'));
  world.put('mqueue/q9', later);
  expect(idsAt(59_999)).toEqual([relay]);
  expect(idsAt(60_000)).toEqual([relay, later]);
});
