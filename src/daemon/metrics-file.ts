/** Writes the figures of a status to the file that monitoring collects; a refusal is said once. */
import type {Say} from '../base/say.js';
import {writeTextFile} from '../sys/disk/text-file.js';
import {type Status, statusFigures} from '../report/status.js';

/** Everybody may read figures: whoever collects them is another user. */
const mode = 0o644;

export class MetricsFile {
  readonly #path: string;
  readonly #say: Say;
  #failure = '';

  /** @param path empty: nothing is written */
  constructor(path: string, say: Say) {
    this.#path = path;
    this.#say = say;
  }

  write(status: Status): void {
    if (this.#path === '') return;
    try {
      writeTextFile(this.#path, statusFigures(status), mode);
      this.#failure = '';
    } catch (error) {
      const {message} = error as Error;
      if (message !== this.#failure) this.#say('warning', `metrics_file: not written: ${message}`);
      this.#failure = message;
    }
  }
}
