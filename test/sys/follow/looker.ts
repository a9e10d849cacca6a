/**
 * A follower that looks only when the test says so, lines told apart by a name, and what rotation
 * does.
 */
import {afterEach, expect} from '@jest/globals';
import fs from 'node:fs';
import zlib from 'node:zlib';
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {type ReadBatch, Follower} from '../../../src/sys/follow/follow.js';

export const lineOf = (name: string): string =>
  `Nov 21 12:00:00 relay sendmail[123]: a line named ${name}`;

export const append = (path: string, ...names: readonly string[]): void =>
  fs.appendFileSync(path, names.map((name) => `${lineOf(name)}\n`).join(''));

/** As gzip does it: another file, with the time of the first. */
export function pack(path: string): void {
  const {atime, mtime} = fs.statSync(path);
  fs.writeFileSync(`${path}.gz`, zlib.gzipSync(fs.readFileSync(path)));
  fs.utimesSync(`${path}.gz`, atime, mtime);
  fs.rmSync(path);
}

export function copyAndCut(path: string, to: string): void {
  fs.copyFileSync(path, to);
  fs.truncateSync(path);
}

export class Looker {
  readonly events: FollowEvent[] = [];
  position: LogPosition = [];
  readonly #follower: Follower;
  readonly #batches: AsyncGenerator<ReadBatch>;

  constructor(path: string, resume: LogPosition | 'end') {
    this.#follower = new Follower(path, resume, (event) => this.events.push(event));
    this.#batches = this.#follower.batches(new AbortController().signal);
  }

  /** All that there is to read now. */
  async look(): Promise<string[]> {
    const names: string[] = [];
    for (;;) {
      this.#follower.lookNow();
      const {value} = (await this.#batches.next()) as {value: ReadBatch};
      names.push(...value.lines.map(({text}) => text.slice(lineOf('').length)));
      this.position = value.position ?? this.position;
      if (value.caughtUp) return names;
    }
  }

  async stop(): Promise<void> {
    await this.#batches.return(undefined);
  }
}

/** The looker of the test that runs. */
export interface LookerOfTest extends Pick<Looker, 'events' | 'position' | 'look' | 'stop'> {
  /** Looks at the log from a position on. */
  readonly begin: (path: string, resume: LogPosition) => Looker;
  /** Writes these lines, and has seen them. */
  readonly looking: (path: string, ...names: string[]) => Promise<Looker>;
}

/** To be called at the top of a test file. A looker stops with its test. */
export function useLooker(): LookerOfTest {
  let looker: Looker | undefined;
  const stop = async (): Promise<void> => {
    await looker?.stop();
    looker = undefined;
  };
  afterEach(stop);
  const begin = (path: string, resume: LogPosition): Looker => (looker = new Looker(path, resume));
  return {
    get events() {
      return looker!.events;
    },
    get position() {
      return looker!.position;
    },
    begin,
    looking: async (path, ...names) => {
      append(path, ...names);
      const begun = begin(path, []);
      expect(await begun.look()).toEqual(names);
      return begun;
    },
    look: () => looker!.look(),
    stop,
  };
}
