/**
 * Which addresses are this machine itself: what goes there goes to our own mailer, and not into the
 * world. The addresses of a container's network are not among them.
 */
import type {Address} from '../../net/address.js';
import {nowMs} from '../../sys/run/clock.js';
import {localAddresses} from '../../sys/run/machine.js';

/** How long a list of our addresses is believed. Ms. */
const believedMs = 10_000;

export class OwnAddresses {
  #own: ReadonlySet<string> = new Set();
  #untilMs = 0;

  is({family, text}: Address): boolean {
    if (family === 4 ? /^(?:127|0)\./.test(text) : text === '::1' || text === '::') return true;
    const now = nowMs();
    if (now >= this.#untilMs || now < this.#untilMs - believedMs) {
      this.#own = new Set(localAddresses().map((address) => address.text));
      this.#untilMs = now + believedMs;
    }
    return this.#own.has(text);
  }
}
