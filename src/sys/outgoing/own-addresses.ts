/**
 * Finds the addresses of this machine: a connection to one of them reaches our own mailer and
 * no other machine. The addresses of a container's network are not among them.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import type {Address} from '../../net/address.js';
import {nowMs} from '../run/clock.js';
import {localAddresses} from '../run/machine.js';

/** A list of our addresses is used for so long. Ms. */
const believedMs = 10_000;

export class OwnAddresses {
  readonly #troubles: Troubles;
  #own: ReadonlySet<string> = new Set();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(say: Say) {
    this.#troubles = new Troubles(say);
  }

  is({family, text}: Address): boolean {
    if (family === 4 ? /^(?:127|0)\./.test(text) : text === '::1' || text === '::') return true;
    const now = nowMs();
    if (!isWithin(this.#lookedMs, believedMs, now)) {
      this.#lookedMs = now;
      this.#look();
    }
    return this.#own.has(text);
  }

  /** If the look fails, the last known addresses stay. */
  #look(): void {
    const found = localAddresses();
    if (found.kind === 'read') {
      this.#own = new Set(found.addresses.map((address) => address.text));
      this.#troubles.end('addresses', 'the addresses of this machine can be read again');
      return;
    }
    const message = `the addresses of this machine cannot be read: ${found.why}: the last known ones count, and the loopback`;
    this.#troubles.begin('addresses', message, 'warning');
  }
}
