/**
 * Work that runs at most once at a time. Decides when it runs again. The caller decides what the
 * work is, and handles its failures.
 */
export class SingleFlight {
  readonly #work: () => Promise<void>;
  #current: Promise<void> | undefined;
  /** One more run, which has not begun yet. */
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /**
   * Asks for a run that begins after this call. All calls during one run share one further run.
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

  /** Takes part in the run that is under way, or begins one. */
  join(): Promise<void> {
    return this.#current ?? this.run();
  }

  /** Ends when nothing runs and nothing is asked for. Never fails. */
  async settled(): Promise<void> {
    for (;;) {
      const last = this.#next ?? this.#current;
      if (last === undefined) return;
      await last.catch(() => undefined);
    }
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    // Set before the work begins: work that asks for itself at once must find itself running.
    let follow: (work: Promise<void>) => void = () => undefined;
    const current = new Promise<void>((resolve) => (follow = resolve)).finally(() => {
      this.#current = undefined;
    });
    this.#current = current;
    follow(this.#tryWork());
    return current;
  }

  /** Makes a failure of work that throws at once. */
  async #tryWork(): Promise<void> {
    await this.#work();
  }
}
