/** Several logs and patterns: which are taken, from where, and in which turn. */
import fs from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from '@jest/globals';
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import type {ReadBatch} from '../../../src/sys/follow/follow.js';
import {followAll, mostFiles, type PathBatch} from '../../../src/sys/follow/follow-many.js';
import {openBelow, sleep, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
const append = (path: string, ...lines: readonly string[]): void =>
  fs.appendFileSync(path, lines.map((line) => `${line}\n`).join(''));

/** Runs `followAll` and keeps what it gives. */
class ManyReader {
  readonly given: PathBatch[] = [];
  readonly events: FollowEvent[] = [];
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;

  /** @param onEvent is called in the turn of an event */
  constructor(
    patterns: readonly string[],
    saved: ReadonlyMap<string, LogPosition> = new Map(),
    onEvent: (event: FollowEvent) => void = () => undefined,
  ) {
    this.#ended = this.#run(patterns, saved, onEvent);
  }

  async #run(
    patterns: readonly string[],
    saved: ReadonlyMap<string, LogPosition>,
    onEvent: (event: FollowEvent) => void,
  ): Promise<void> {
    const all = followAll(
      patterns,
      (path) => saved.get(path) ?? 'end',
      (event) => {
        this.events.push(event);
        onEvent(event);
      },
      this.#end.signal,
    );
    for await (const one of all) this.given.push(one);
  }

  /** How the lines of a log were read, one word a batch. */
  reads(path: string): ReadBatch['read'][] {
    const mine = this.given.filter((one) => one.path === path && one.batch.lines.length > 0);
    return mine.map(({batch}) => batch.read);
  }

  lines(path: string): string[] {
    const mine = this.given.filter((one) => one.path === path);
    return mine.flatMap(({batch}) => batch.lines.map(({text}) => text));
  }

  count(): number {
    return this.given.reduce((sum, {batch}) => sum + batch.lines.length, 0);
  }

  async isCaughtUp(): Promise<void> {
    await until('caught up', () => this.given.at(-1)?.batch.caughtUp === true);
  }

  async reaches(count: number): Promise<void> {
    await until(`${count} lines`, () => this.count() >= count);
  }

  positions(): Map<string, LogPosition> {
    return new Map(
      this.given.flatMap(({path, batch}) => (batch.position ? [[path, batch.position]] : [])),
    );
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }
}

let reader: ManyReader | undefined;
const follow = (...parameters: ConstructorParameters<typeof ManyReader>): ManyReader =>
  (reader = new ManyReader(...parameters));

afterEach(async () => {
  await reader?.stop();
  reader = undefined;
});

describe('which logs are taken', () => {
  test('a path that is missing is waited for, reported once, and read from its first line', async () => {
    const path = join(newDir(), 'mail.log');
    follow([path]);
    await reader!.isCaughtUp();
    append(path, 'first');
    await reader!.reaches(1);
    expect(reader!.lines(path)).toEqual(['first']);
    expect(reader!.events.map(({kind}) => kind)).toEqual(['unreadable', 'following']);
  });

  test('logs that fit a pattern at the first start begin at their end, later ones at the first line', async () => {
    const folder = newDir();
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    append(a, 'old');
    follow([join(folder, '?.log')]);
    await reader!.isCaughtUp();
    append(a, 'new');
    append(b, 'first');
    append(join(folder, 'other.log'), 'does not fit');
    append(join(folder, '.log'), 'does not fit either');
    await reader!.reaches(2);
    await sleep(1200);
    expect([...reader!.positions().keys()].sort()).toEqual([a, b]);
    expect([reader!.lines(a), reader!.lines(b)]).toEqual([['new'], ['first']]);
  });

  /** The place of a reader that has read the only line of this new log, and has stopped. */
  async function placeBehind(path: string) {
    append(path, 'old');
    follow([path]);
    await reader!.isCaughtUp();
    const saved = reader!.positions();
    await reader!.stop();
    return saved;
  }

  test.each([
    ['at its end', 'live', ''],
    ['with unread lines', 'backlog', 'unread\n'],
  ])(
    'a log that begins %s: a line written just after it was opened is %s',
    async (_, read, more) => {
      const path = join(newDir(), 'mail.log');
      const saved = await placeBehind(path);
      fs.appendFileSync(path, more);
      follow([path], saved, ({kind}) => {
        if (kind === 'following') append(path, 'new');
      });
      await until('the line', () => reader!.lines(path).includes('new'));
      expect(new Set(reader!.reads(path))).toEqual(new Set([read]));
    },
  );

  test('a log that comes back with unread lines: they are backlog', async () => {
    const path = join(newDir(), 'mail.log');
    const saved = await placeBehind(path);
    append(path, 'unread');
    fs.renameSync(path, `${path}-away`);
    follow([path], saved);
    await reader!.isCaughtUp();
    fs.renameSync(`${path}-away`, path);
    await reader!.reaches(1);
    append(path, 'new');
    await reader!.reaches(2);
    expect(reader!.lines(path)).toEqual(['unread', 'new']);
    expect(reader!.reads(path)).toEqual(['backlog', 'live']);
  });

  test('rotated and packed files of a log are none, whatever the pattern takes', async () => {
    const folder = newDir();
    const names = ['mail.log', '192.0.2.7', 'relay-2', 'mx-20261121.log', 'mail-2.log'];
    const rotated = ['mail.log.1', 'mail.log-20261121', 'mail.log.2.gz', 'old.log-20261121.xz'];
    const more = ['mail-20261121.log', 'gone.log.1', '.mail.log.swp', 'mail.log.1-20261121'];
    for (const name of [...names, ...rotated, ...more]) append(join(folder, name), 'old');
    fs.mkdirSync(join(folder, 'folder.log'));
    follow([join(folder, '*')]);
    await reader!.isCaughtUp();
    expect([...reader!.positions().keys()].sort()).toEqual(
      names.map((name) => join(folder, name)).sort(),
    );
  });

  test('a log that rotates under a pattern that takes its rotated names too is read once', async () => {
    const folder = newDir();
    const path = join(folder, 'mail.log');
    append(path, 'old');
    follow([join(folder, 'mail.log*'), path]);
    await reader!.isCaughtUp();
    append(path, 'one');
    fs.renameSync(path, `${path}.1`);
    append(path, 'two');
    await reader!.reaches(2);
    await sleep(1200);
    expect(reader!.given.flatMap(({batch}) => batch.lines.map(({text}) => text))).toEqual([
      'one',
      'two',
    ]);
  });

  test('a pattern whose folder is made later', async () => {
    const folder = join(newDir(), 'relays');
    const path = join(folder, 'a.log');
    follow([join(folder, '*.log')]);
    await sleep(100);
    fs.mkdirSync(folder);
    append(path, 'first');
    await reader!.reaches(1);
    expect(reader!.lines(path)).toEqual(['first']);
  });

  test(`no more than ${mostFiles}, and one line says so`, async () => {
    const folder = newDir();
    for (let i = 0; i < mostFiles + 2; i++) append(join(folder, `${i}.log`), 'old');
    follow([join(folder, '*.log')]);
    await reader!.isCaughtUp();
    await sleep(1200);
    expect(openBelow(folder)).toBe(mostFiles);
    expect(reader!.events.filter(({kind}) => kind === 'tooManyFiles')).toHaveLength(1);
    await reader!.stop();
    await until('closed', () => openBelow(folder) === 0);
  });
});

describe('batches', () => {
  test('caughtUp is reported when all are', async () => {
    const folder = newDir();
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    append(a, 'x'.repeat(60));
    fs.appendFileSync(b, `${'y'.repeat(99)}\n`.repeat(20_000));
    const saved = new Map<string, LogPosition>([
      [a, []],
      [b, []],
    ]);
    follow([a, b], saved);
    await reader!.isCaughtUp();
    expect(reader!.count()).toBe(20_001);
    const first = reader!.given.findIndex(({batch}) => batch.caughtUp);
    const before = reader!.given.slice(0, first + 1);
    expect(before.reduce((sum, {batch}) => sum + batch.lines.length, 0)).toBe(20_001);
  });

  test('a log with a long backlog keeps no other waiting', async () => {
    const folder = newDir();
    const [fast, slow] = [join(folder, 'fast.log'), join(folder, 'slow.log')];
    fs.appendFileSync(fast, `${'y'.repeat(99)}\n`.repeat(100_000));
    fs.appendFileSync(slow, `${'z'.repeat(99)}\n`.repeat(3000));
    follow([fast, slow], new Map([fast, slow].map((path) => [path, []])));
    await reader!.reaches(103_000);
    const last = reader!.given.findLastIndex(
      ({path, batch}) => path === slow && batch.lines.length > 0,
    );
    // Five chunks of the one, each after one of the other.
    expect(last).toBeLessThan(14);
  });

  test('each goes on from its own place; a log that came meanwhile begins at its first line', async () => {
    const folder = newDir();
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    const pattern = join(folder, '*.log');
    append(a, 'old');
    follow([pattern]);
    await reader!.isCaughtUp();
    const saved = reader!.positions();
    await reader!.stop();
    append(a, 'new');
    append(b, 'first');
    follow([pattern], saved);
    await reader!.reaches(2);
    expect([reader!.lines(a), reader!.lines(b)]).toEqual([['new'], ['first']]);
  });

  test('an idle log gives nothing, whatever its neighbours do', async () => {
    const folder = newDir();
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    append(a, 'old');
    append(b, 'old');
    follow([a, b]);
    await reader!.isCaughtUp();
    const before = reader!.given.filter(({path}) => path === b).length;
    append(a, 'new');
    await sleep(1500);
    expect(reader!.given.filter(({path}) => path === b).length - before).toBeLessThan(2);
  });

  test('left by its reader, it closes all', async () => {
    const folder = newDir();
    append(join(folder, 'a.log'), 'old');
    const end = new AbortController();
    for await (const {batch} of followAll(
      [join(folder, '*.log')],
      () => 'end',
      () => undefined,
      end.signal,
    )) {
      expect(batch.lines).toEqual([]);
      break;
    }
    await until('closed', () => openBelow(folder) === 0);
  });
});
