/**
 * Writes the figures of a status to the file that monitoring collects. When the disk refuses, it says so
 * once, and again when the reason is another one or the file had been written since.
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

  /** @param path empty: nothing is written */
  constructor(path: string, say: Say) {
    this.#path = path;
    this.#troubles = new Troubles(say);
  }

  write(status: Status): void {
    if (this.#path === '') return;
    try {
      writeTextFile(this.#path, statusFigures(status), mode);
      this.#troubles.end('metrics_file');
    } catch (error) {
      const {message} = error as Error;
      this.#troubles.begin('metrics_file', `metrics_file: not written: ${message}`, 'warning');
    }
  }
}
