/**
 * Work of which at most one run is under way. Decides when it runs again; the caller decides what
 * the work is, and handles its failures.
 */
export class SingleFlight {
  readonly #work: () => Promise<void>;
  #current: Promise<void> | undefined;
  /** The run that was requested and has not begun yet. */
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /**
   * Requests a run that begins after this call. All calls made during one run share the next one.
   *
   * @returns ends with that run, and fails if it fails
   */
  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#current === undefined) return this.#begin();
    const begin = (): Promise<void> => this.#begin();
    this.#next = this.#current.then(begin, begin);
    return this.#next;
  }

  /** Joins the run that is under way, or begins one. */
  join(): Promise<void> {
    return this.#current ?? this.run();
  }

  /** Ends when no run is under way or requested. Never fails. */
  async settled(): Promise<void> {
    for (;;) {
      const last = this.#next ?? this.#current;
      if (last === undefined) return;
      await last.catch(() => undefined);
    }
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    // Set before the work begins: work that immediately requests itself must see that it is
    // running.
    let follow: (work: Promise<void>) => void = () => undefined;
    const current = new Promise<void>((resolve) => (follow = resolve)).finally(() => {
      this.#current = undefined;
    });
    this.#current = current;
    follow(this.#tryWork());
    return current;
  }

  /** Turns a synchronous throw of the work into a failed promise. */
  async #tryWork(): Promise<void> {
    await this.#work();
  }
}
