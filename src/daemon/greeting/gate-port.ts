/**
 * Finds out which program listens at the gate's port if the gate does not report. No clients are
 * redirected to such a program, and the operator is warned. A gate that reports is itself the
 * listener.
 */
import type {Troubles} from '../../base/mechanisms/troubles.js';
import {takenBy, takenText, type PortProgram} from '../../greeting/at-port.js';
import {reportEveryMs} from '../../greeting/report.js';
import type {GateWay} from '../../greeting/way.js';
import {monotonicMs} from '../../sys/run/clock.js';

/** The pause between two looks; each searches all processes. Ms. */
const lookMs = 30_000;

/** A gate that reported within this time is there. Ms. */
const heardMs = 2 * reportEveryMs;

export class GatePort {
  readonly #port: number;
  readonly #way: Pick<GateWay, 'atPort'>;
  readonly #troubles: Troubles;
  readonly #find: (port: number) => Promise<readonly PortProgram[]>;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #heardMs = Number.NEGATIVE_INFINITY;
  #by: string | undefined;

  constructor(
    port: number,
    way: Pick<GateWay, 'atPort'>,
    troubles: Troubles,
    find: (port: number) => Promise<readonly PortProgram[]>,
  ) {
    [this.#port, this.#way, this.#troubles, this.#find] = [port, way, troubles, find];
  }

  /** The program that has the port, for people; undefined: the gate, or nobody. */
  get taken(): string | undefined {
    return this.#by;
  }

  heard(): void {
    this.#heardMs = monotonicMs();
    this.#note(undefined);
  }

  async look(): Promise<void> {
    const nowMs = monotonicMs();
    if (nowMs - this.#heardMs < heardMs || nowMs - this.#lookedMs < lookMs) return;
    this.#lookedMs = nowMs;
    const by = takenBy(await this.#find(this.#port).catch(() => []));
    // The gate may have reported meanwhile.
    if (this.#heardMs < nowMs) this.#note(by);
  }

  #note(by: string | undefined): void {
    if (by === this.#by) return;
    this.#by = by;
    this.#way.atPort(by === undefined ? 'ours' : 'others');
    if (by === undefined) this.#troubles.end('taken', 'greeting: the port of the gate is free');
    else this.#troubles.begin('taken', `greeting: ${takenText(this.#port, by)}`);
  }
}
