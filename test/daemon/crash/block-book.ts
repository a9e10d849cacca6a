/**
 * What a test has asked for, and so what the kernel must, may and must not hold, whenever the daemon
 * was killed in between: what was answered is certain, what was not may have been done or not.
 */
import {overlaps, parseNetwork} from '../../../src/net/network.js';

/** Between what was asked for and what the kernel has, where nobody is late. Ms. */
const slackMs = 2500;

interface Entry {
  /** `open`: the daemon was killed before it answered. */
  readonly standing: 'blocked' | 'open';
  readonly earliestEndMs: number;
  readonly latestEndMs: number;
  /** Read from the log: it stands only once the daemon has read so far. */
  readonly origin: 'operator' | 'log';
}

export class BlockBook {
  readonly #entries = new Map<string, Entry>();

  /** @param origin `log` only from evidence */
  blocked(network: string, seconds: number, askedMs: number, origin: Entry['origin']): void {
    const [earliestEndMs, latestEndMs] = [askedMs, Date.now()].map((ms) => ms + seconds * 1000);
    this.#entries.set(network, {
      standing: 'blocked',
      earliestEndMs: earliestEndMs!,
      latestEndMs: latestEndMs!,
      origin,
    });
  }

  unblocked(network: string): void {
    this.#entries.delete(network);
  }

  /** Nobody knows whether that was done. */
  open(network: string, seconds: number): void {
    const before = this.#entries.get(network)?.latestEndMs ?? 0;
    const latestEndMs = Math.max(before, Date.now() + seconds * 1000);
    this.#entries.set(network, {
      standing: 'open',
      earliestEndMs: 0,
      latestEndMs,
      origin: 'operator',
    });
  }

  /**
   * The operator's that were answered, and what was found before: no crash may take them away. But what
   * lies in a larger one that the kernel has ended by itself meanwhile waits for the next daemon.
   */
  certain(): string[] {
    const must = this.#must(({origin}) => origin === 'operator');
    return must.filter((network) => !isHeld(network, this.#ended()));
  }

  /** Perhaps ended since a daemon last had all in order. */
  #ended(): string[] {
    const late = Date.now() + slackMs;
    return [...this.#entries].flatMap(([network, {earliestEndMs}]) =>
      earliestEndMs <= late ? network : [],
    );
  }

  all(): string[] {
    return this.#must(() => true);
  }

  /** What is wrong with what the kernel holds; nothing when all is well. */
  complaints(dropped: readonly string[]): string[] {
    const twice = dropped.filter((network, at) => dropped.indexOf(network) !== at);
    const missing = this.all().filter((network) => !isHeld(network, dropped));
    const early = Date.now() - slackMs;
    const wrong = dropped.filter(
      (network) => (this.#entries.get(network)?.latestEndMs ?? 0) < early,
    );
    return [
      ...twice.map((network) => `${network} stands twice`),
      ...missing.map((network) => `${network} is missing`),
      ...wrong.map((network) => `${network} stands, and should not`),
    ];
  }

  /**
   * What was open is as the daemon now says; and what has been seen to stand stays.
   *
   * It reads a copy: a block that has just ended and is still listed is deleted and set again, and a
   * map in change would give it back to this loop for ever.
   */
  adopt(blocks: readonly {readonly network: string; readonly untilMs: number}[]): void {
    const until = new Map(blocks.map((block) => [block.network, block.untilMs]));
    for (const [network, entry] of [...this.#entries]) {
      const untilMs = until.get(network);
      if (entry.latestEndMs < Date.now()) this.#entries.delete(network);
      if (entry.standing === 'open' && untilMs === undefined) this.#entries.delete(network);
      if (untilMs === undefined) continue;
      this.#entries.set(network, {
        standing: 'blocked',
        earliestEndMs: untilMs,
        latestEndMs: untilMs,
        origin: 'operator',
      });
    }
  }

  #must(isMeant: (entry: Entry) => boolean): string[] {
    const late = Date.now() + slackMs;
    return [...this.#entries].flatMap(([network, entry]) =>
      entry.standing === 'blocked' && entry.earliestEndMs > late && isMeant(entry) ? network : [],
    );
  }
}

/** By itself, or in a larger one. */
export function isHeld(network: string, dropped: readonly string[]): boolean {
  if (dropped.includes(network)) return true;
  const wanted = parseNetwork(network)!;
  return dropped.some((other) => {
    const around = other.includes('/') ? parseNetwork(other) : undefined;
    return around !== undefined && around.prefix < wanted.prefix && overlaps(around, wanted);
  });
}
