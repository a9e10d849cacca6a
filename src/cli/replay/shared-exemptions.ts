/**
 * Which clients are exempt under each of several policies. Policies that name the same files and addresses
 * share one list, which is read, and complained about, once. Lookups made for one policy serve the others.
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Exemptions} from '../../score/exempt.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';

export class SharedExemptions {
  readonly #say: Say;
  readonly #known = new Map<string, Exemptions>();

  constructor(say: Say) {
    this.#say = say;
  }

  of(config: Config): Exemptions {
    const {whiteList, mailerIp, trustedRelays} = config;
    const key = JSON.stringify([whiteList, mailerIp?.text, trustedRelays.map(({text}) => text)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const watch = new ExemptionWatch(config, this.#say);
    watch.refresh();
    this.#known.set(key, watch.exemptions);
    return watch.exemptions;
  }
}
