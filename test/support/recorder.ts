/** Runs a follower of a file or of the journal, and collects its batches, as the daemon would. */
import {until} from './temp.js';

/** Every follower gives batches until its signal. */
interface Following<Batch> {
  batches(signal: AbortSignal): AsyncIterable<Batch>;
}

export class Recorder<
  Event extends {readonly kind: string},
  Batch extends {readonly caughtUp: boolean},
> {
  readonly events: Event[] = [];
  readonly batches: Batch[] = [];
  readonly texts: string[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #failure: unknown;

  /**
   * @param open makes the follower, which reports its events to the given function
   * @param textsOf the lines or messages of a batch
   */
  constructor(
    open: (report: (event: Event) => void) => Following<Batch>,
    textsOf: (batch: Batch) => readonly string[],
  ) {
    this.#ended = this.#run(
      open((event) => void this.events.push(event)),
      textsOf,
    );
  }

  async #run(
    follower: Following<Batch>,
    textsOf: (batch: Batch) => readonly string[],
  ): Promise<void> {
    try {
      for await (const batch of follower.batches(this.#stop.signal)) {
        this.batches.push(batch);
        for (const text of textsOf(batch)) this.texts.push(text);
      }
    } catch (error) {
      this.#failure = error;
    }
  }

  kinds(): string[] {
    return this.events.map(({kind}) => kind);
  }

  async reaches(count: number): Promise<void> {
    await until(`${count} texts`, () => this.texts.length >= count || this.#failed());
  }

  async says(kind: Event['kind']): Promise<void> {
    await until(kind, () => this.kinds().includes(kind) || this.#failed());
  }

  async isFollowing(): Promise<void> {
    const isSo = (): boolean => this.batches.some(({caughtUp}) => caughtUp) || this.#failed();
    await until('a caught-up batch', isSo);
  }

  /** Ends the reading. @throws the error that ended it before */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    this.#failed();
  }

  #failed(): false {
    if (this.#failure !== undefined) throw this.#failure as Error;
    return false;
  }
}
