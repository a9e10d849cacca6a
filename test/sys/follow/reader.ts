/** Runs a Follower and keeps what it gives, as the daemon would. */
import type {LogPosition} from '../../../src/log/position.js';
import type {FollowEvent} from '../../../src/log/source-event.js';
import {type Batch, Follower} from '../../../src/sys/follow/follow.js';
import {until} from '../../support/temp.js';

export class Reader {
  readonly events: FollowEvent[] = [];
  readonly batches: Batch[] = [];
  readonly lines: string[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #failure: unknown;

  constructor(path: string, resume: LogPosition | 'end') {
    const follower = new Follower(path, resume, (event) => this.events.push(event));
    this.#ended = this.#run(follower);
  }

  async #run(follower: Follower): Promise<void> {
    try {
      for await (const batch of follower.batches(this.#stop.signal)) {
        this.batches.push(batch);
        this.lines.push(...batch.lines.map(({text}) => text));
      }
    } catch (error) {
      this.#failure = error;
    }
  }

  /** What the program would find in its state: the position of the last batch with lines. */
  get position(): LogPosition {
    return this.batches.findLast(({position}) => position !== undefined)?.position ?? [];
  }

  kinds(): string[] {
    return this.events.map(({kind}) => kind);
  }

  async reaches(count: number): Promise<void> {
    await until(`${count} lines`, () => this.lines.length >= count || this.#failed());
  }

  async says(kind: FollowEvent['kind']): Promise<void> {
    await until(kind, () => this.kinds().includes(kind) || this.#failed());
  }

  async isFollowing(): Promise<void> {
    await until('a caught-up batch', () => this.batches.some((b) => b.caughtUp) || this.#failed());
  }

  /** Ends the reading. @throws what ended it before */
  async stop(): Promise<LogPosition> {
    this.#stop.abort();
    await this.#ended;
    this.#failed();
    return this.position;
  }

  #failed(): false {
    if (this.#failure !== undefined) throw this.#failure as Error;
    return false;
  }
}

/** Reads from the position until there is nothing more, and gives batches and the lines' texts. */
export async function readAll(
  path: string,
  resume: LogPosition | 'end',
  onEvent: (event: FollowEvent) => void = () => undefined,
): Promise<{lines: string[]; batches: Batch[]; position: LogPosition | undefined}> {
  const batches: Batch[] = [];
  const follower = new Follower(path, resume, onEvent);
  for await (const batch of follower.batches(new AbortController().signal)) {
    batches.push(batch);
    if (batch.caughtUp) break;
  }
  const lines = batches.flatMap((batch) => batch.lines.map(({text}) => text));
  return {lines, batches, position: batches.at(-1)?.position};
}
