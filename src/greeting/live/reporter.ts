/**
 * Sends reports of the gate to the daemon, one after another. While no daemon answers, the gate goes
 * on serving clients, and the visits stay in the outbox. `greeting/waiting/outbox.ts` decides what a
 * report holds.
 */
import {countText} from '../../base/count.js';
import {Troubles} from '../../base/mechanisms/troubles.js';
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import {isRecord, own} from '../../base/shape.js';
import type {Say} from '../../base/say.js';
import {type GateReport, type GateVisit, reportEveryMs} from '../report.js';
import {mostUnsent, type Outbox} from '../waiting/outbox.js';
import {monotonicMs} from '../../sys/run/clock.js';
import {askControl} from '../../sys/talk/control-socket.js';

/** Shortest time between two reports, however many clients come. Ms. */
const leastPauseMs = 1000;
/** How long the gate waits for the daemon's answer. Ms: less than the time between two reports. */
const patienceMs = 4000;

interface ReporterParts {
  readonly path: string;
  readonly outbox: Outbox;
  readonly report: (visits: readonly GateVisit[]) => GateReport;
  readonly say: Say;
}

export class Reporter {
  readonly #parts: ReporterParts;
  readonly #troubles: Troubles;
  readonly #flight = new SingleFlight(() => this.#send());
  readonly #timer: NodeJS.Timeout;
  #sentMs = Number.NEGATIVE_INFINITY;
  #answered: 'yes' | 'no' = 'yes';
  #toldState: GateReport['state'] | undefined;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#troubles = new Troubles(parts.say);
    this.#timer = setInterval(() => this.#tick(), leastPauseMs);
    void this.#flight.run();
  }

  /** Sends a report, and no more by itself. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flight.run();
  }

  #tick(): void {
    const isTime = monotonicMs() - this.#sentMs >= reportEveryMs;
    const isNews =
      this.#parts.outbox.unsent > 0 || this.#parts.report([]).state !== this.#toldState;
    if (isTime || (isNews && this.#answered === 'yes')) void this.#flight.join();
  }

  async #send(): Promise<void> {
    const {path, outbox, say} = this.#parts;
    this.#sentMs = monotonicMs();
    const visits = outbox.next();
    const report = this.#parts.report(visits);
    const answer = await askControl(path, {command: 'greet', report}, patienceMs);
    const why = answer.kind === 'answer' ? refusalIn(answer.answer) : whyOf(answer);
    this.#answered = why === undefined ? 'yes' : 'no';
    if (why === undefined) {
      this.#toldState = report.state;
      outbox.sent(visits);
      this.#troubles.end('daemon', 'gate: the daemon answers again');
    } else {
      const message = `gate: cannot report clients to the daemon: ${why}; the gate goes on, and keeps ${mostUnsent} visits`;
      this.#troubles.begin('daemon', message, 'warning');
    }
    const dropped = outbox.takeDropped();
    if (dropped > 0) {
      say('warning', `gate: the daemon will never hear of ${countText(dropped, 'visit')}`);
    }
  }
}

/** @returns why the daemon did not take the report; undefined: it took it */
function refusalIn(answer: unknown): string | undefined {
  const [kind, message] = isRecord(answer) ? [own(answer, 'kind'), own(answer, 'message')] : [];
  if (kind === 'done') return undefined;
  return typeof message === 'string' ? message.slice(0, 200) : 'it gave no answer of this version';
}

const whyOf = (
  answer: {readonly kind: 'noDaemon'} | {readonly kind: 'failed'; readonly why: string},
): string => (answer.kind === 'noDaemon' ? 'none runs' : answer.why);
