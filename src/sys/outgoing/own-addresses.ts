/**
 * Finds the addresses of this machine: a connection to one of them reaches our own mailer and
 * no other machine. The addresses of a container's network are not among them.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {Address} from '../../net/address.js';
import {nowMs} from '../run/clock.js';
import {localAddresses} from '../run/machine.js';

/** A list of our addresses is used for so long. Ms. */
const believedMs = 10_000;

export class OwnAddresses {
  #own: ReadonlySet<string> = new Set();
  #readMs = Number.NEGATIVE_INFINITY;

  is({family, text}: Address): boolean {
    if (family === 4 ? /^(?:127|0)\./.test(text) : text === '::1' || text === '::') return true;
    const now = nowMs();
    if (!isWithin(this.#readMs, believedMs, now)) {
      this.#own = new Set(localAddresses().map((address) => address.text));
      this.#readMs = now;
    }
    return this.#own.has(text);
  }
}
