/**
 * Writes the metrics of a status to the file that monitoring collects. If the disk refuses, it
 * reports that once, and again when the reason changes or after the file has been written in
 * between.
 */
import {Troubles} from '../base/mechanisms/troubles.js';
import type {Say} from '../base/say.js';
import {writeTextFile} from '../sys/disk/text-file.js';
import {statusFigures} from '../report/prometheus.js';
import type {Status} from '../report/status.js';

/** Monitoring runs as another user, so everybody may read the file. */
const mode = 0o644;

export class MetricsFile {
  readonly #path: string;
  readonly #troubles: Troubles;
  #trouble: string | undefined;

  /** @param path empty: nothing is written */
  constructor(path: string, say: Say) {
    this.#path = path;
    this.#troubles = new Troubles(say);
  }

  /** Why the last write failed; undefined: it succeeded, or there is no file. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  write(status: Status): void {
    if (this.#path === '') return;
    try {
      writeTextFile(this.#path, statusFigures(status), mode);
      this.#troubles.end('metrics_file');
      this.#trouble = undefined;
    } catch (error) {
      const {message} = error as Error;
      this.#trouble = message;
      this.#troubles.begin('metrics_file', `metrics_file: not written: ${message}`, 'warning');
    }
  }
}
