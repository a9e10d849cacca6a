/** The log lines of one session, in order, without stamp and host. */
import {Random} from './random.js';
import {type StampForm, Stamps} from './stamps.js';

/** `unknown` is a guess that must be counted, `envelope` the line that names its client. */
export type Role = 'unknown' | 'envelope' | 'other';

export type Entry = {readonly text: string; readonly role: Role};
export type Script = readonly Entry[];

/** State that all makers of scripts share. */
export class Desk {
  readonly random: Random;
  readonly stamps: Stamps;
  /** Clients with unknown recipients so far. */
  guessers = 0;
  #pid = 1000;

  constructor(seed: number, form: StampForm) {
    this.random = new Random(seed);
    this.stamps = new Stamps(form);
  }

  /** The number of a new process. Linux counts up to 4194303 and begins again. */
  pid(): number {
    this.#pid += 1 + this.random.below(3);
    if (this.#pid > 4_194_303) this.#pid = 1000;
    return this.#pid;
  }
}

export const mta = (pid: number, body: string, role: Role = 'other'): Entry => ({
  text: `sm-mta[${String(pid)}]: ${body}`,
  role,
});
