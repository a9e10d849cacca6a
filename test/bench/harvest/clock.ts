/**
 * The world's clock: wakes each actor at the time for which it asked, in the order of time, and the relay each minute.
 * Keeps one time for each actor. No event is made before its time.
 */
import {minuteMs} from './people.js';

/** Something that acts: a mailer, a bot. */
export interface Actor {
  /** @returns when it wants to be woken next, after `nowMs`; infinite: never */
  wake(nowMs: number): number;
}

/**
 * @param firstMs when each actor wakes first
 * @param minute is called each minute, after all that happened before
 */
export function run(
  actors: readonly Actor[],
  firstMs: readonly number[],
  fromMs: number,
  untilMs: number,
  minute: (nowMs: number) => void,
): void {
  const heap = new Heap(actors.length);
  firstMs.forEach((atMs, actor) => {
    if (atMs < untilMs) heap.push(atMs, actor);
  });
  let minuteAtMs = fromMs + minuteMs;
  while (heap.size > 0) {
    const nowMs = heap.firstMs;
    for (; minuteAtMs <= nowMs; minuteAtMs += minuteMs) minute(minuteAtMs);
    const actor = heap.pop();
    const nextMs = actors[actor]!.wake(nowMs);
    if (nextMs < untilMs) heap.push(Math.max(nextMs, nowMs + 1), actor);
  }
  for (; minuteAtMs <= untilMs; minuteAtMs += minuteMs) minute(minuteAtMs);
}

/** A binary heap, ordered by time, and for equal times by the actor's number. */
class Heap {
  readonly #atMs: Float64Array;
  readonly #actor: Int32Array;
  size = 0;

  constructor(most: number) {
    this.#atMs = new Float64Array(most + 1);
    this.#actor = new Int32Array(most + 1);
  }

  get firstMs(): number {
    return this.#atMs[0]!;
  }

  push(atMs: number, actor: number): void {
    let at = this.size;
    this.size += 1;
    this.#put(at, atMs, actor);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): number {
    const actor = this.#actor[0]!;
    this.size -= 1;
    this.#put(0, this.#atMs[this.size]!, this.#actor[this.size]!);
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.size && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return actor;
      this.#swap(at, least);
      at = least;
    }
  }

  #put(at: number, atMs: number, actor: number): void {
    this.#atMs[at] = atMs;
    this.#actor[at] = actor;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#atMs[a]! - this.#atMs[b]!;
    return difference < 0 || (difference === 0 && this.#actor[a]! < this.#actor[b]!);
  }

  #swap(a: number, b: number): void {
    const [atMs, actor] = [this.#atMs[a]!, this.#actor[a]!];
    this.#put(a, this.#atMs[b]!, this.#actor[b]!);
    this.#put(b, atMs, actor);
  }
}
