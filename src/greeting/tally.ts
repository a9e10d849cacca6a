/**
 * Counts what the gate reports: how many clients had which fate, and how long they waited. Keeps the gate's latest
 * state. Recognises a visit that the gate reports twice because it lost the daemon's answer. Decides nothing about a
 * client.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import {type GateFate, type GateReport, type GateVisit, mostVisits} from './report.js';
import type {GateView, WaitingView, WaitsView} from './view.js';

/** Visits remembered. A count: those of the last 20 reports, which the gate may send again. */
const mostRemembered = 20 * mostVisits;

/** Bounds of the histogram. Seconds: no bound is 6, because a wait of 6 s ends a moment later and would exceed it. */
export const waitBounds: readonly number[] = [0.5, 1.5, 3, 5, 7, 10, 20, 40, 60, 100];

export class Tally {
  readonly #fates: Record<GateFate, number> = {
    handed: 0,
    early: 0,
    left: 0,
    unwaited: 0,
    refused: 0,
  };
  readonly #seen = new BoundedMap<string, true>(mostRemembered);
  readonly #waited = waitBounds.map(() => 0);
  #waitedMs = 0;
  #clients = 0;
  #last: {readonly report: GateReport; readonly heardMs: number} | undefined;

  /** @returns the visits that had not been reported before */
  take(report: GateReport, nowMs: number): readonly GateVisit[] {
    this.#last = {report, heardMs: nowMs};
    const fresh = report.visits.filter((visit) => this.#isNew(visit));
    for (const visit of fresh) this.#count(visit);
    return fresh;
  }

  get fates(): Readonly<Record<GateFate, number>> {
    return {...this.#fates};
  }

  get gate(): GateView | undefined {
    if (this.#last === undefined) return undefined;
    const {state, port, waiting, children, stress} = this.#last.report;
    return {state, port, waiting, children, stress, heardMs: this.#last.heardMs};
  }

  get waiting(): WaitingView {
    if (this.#last === undefined) return {waiting: 0, waiters: []};
    const {waiting, waiters} = this.#last.report;
    return {waiting, waiters, heardMs: this.#last.heardMs};
  }

  get waits(): WaitsView {
    let clients = 0;
    const upTo = waitBounds.map((seconds, at) => {
      clients += this.#waited[at]!;
      return {seconds, clients};
    });
    return {upTo, seconds: this.#waitedMs / 1000, clients: this.#clients};
  }

  #isNew({fate, client, atMs, waitedMs, pid = 0}: GateVisit): boolean {
    const key = `${fate} ${client} ${atMs} ${waitedMs} ${pid}`;
    if (this.#seen.has(key)) return false;
    this.#seen.set(key, true);
    return true;
  }

  #count({fate, waitedMs}: GateVisit): void {
    this.#fates[fate] += 1;
    // These clients did not wait: the gate was full.
    if (fate === 'unwaited' || fate === 'refused') return;
    this.#clients += 1;
    this.#waitedMs += waitedMs;
    const at = waitBounds.findIndex((seconds) => waitedMs <= seconds * 1000);
    if (at >= 0) this.#waited[at]! += 1;
  }
}
