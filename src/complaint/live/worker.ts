/**
 * The work on complaints while the daemon runs: hears of blocks, and each minute carries what is due a step
 * further. Nothing waits for it: to hear costs a row of a table, and the rest is done by a timer. Decides
 * nothing; `complaint/` and its spool do.
 */
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import {composeMail} from '../letter/mail.js';
import {shownName} from '../letter/names.js';
import type {KeyedHash} from '../spool/keyed.js';
import type {Accusation} from '../spool/accusation.js';
import {countDay, mendBook, openBook} from '../spool/book.js';
import {
  type Complaint,
  holdHalfHanded,
  isOpen,
  mostComplaints,
  sweepComplaints,
} from '../spool/complaint.js';
import {mostDeeds, mostShownNames, type NotedBlock, noteBlock, sweepDeeds} from '../spool/deed.js';
import {mostLeftOut, sweepLeftOut} from '../spool/left-out.js';
import type {ComplaintParts, ComplaintTally} from './parts.js';
import {Poster} from './poster.js';
import {type Accused, Searcher} from './searcher.js';

/**
 * Pause between two looks for due complaints; shorter only if the delay of a complaint is shorter,
 * and then as short as that. Ms.
 */
const lookMs = 60_000;
const shortestLookMs = 5_000;

/** A block as it was made, with the names in clear: they go no further than here. */
export type HeardBlock = Omit<NotedBlock, 'names'> & {readonly names: readonly string[]};

export class ComplaintWorker {
  readonly #parts: ComplaintParts;
  readonly tally: ComplaintTally = {lookUpFailures: 0, sent: 0, bounces: 0, answers: 0};
  readonly #searcher: Searcher;
  readonly #poster: Poster;
  readonly #hash: KeyedHash;
  readonly #stop = new AbortController();
  readonly #looking = new SingleFlight(() => this.#look());
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ComplaintParts) {
    const {tables, newKey, hashWith} = parts;
    this.#parts = parts;
    tables.complaintDeeds.limitTo(mostDeeds);
    tables.complaints.limitTo(mostComplaints);
    tables.complaintLeftOut.limitTo(mostLeftOut);
    this.#hash = hashWith(openBook(tables.complaintBook, newKey).key);
    this.#searcher = new Searcher(parts, this.tally);
    this.#poster = new Poster(parts, this.tally);
  }

  /** What was half handed over when the daemon ended is held; from now on it looks again and again. */
  start(everyMs?: number): void {
    const {tables, now, say, config} = this.#parts;
    for (const {id} of holdHalfHanded(tables.complaints, now())) {
      say('error', `complaint ${id}: held: the daemon ended while it handed the mail over`);
    }
    const dueMs = Math.max(shortestLookMs, Math.min(lookMs, config.complaintDelay * 1000));
    this.#timer = setInterval(() => void this.#looking.join(), everyMs ?? dueMs);
  }

  /** Ends soon: what is being handed over is cut off. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#looking.settled();
  }

  blocked(block: HeardBlock): void {
    const names = block.names.slice(-mostShownNames).map((name) => shownName(name, this.#hash));
    noteBlock(this.#parts.tables.complaintDeeds, {...block, names});
  }

  /** By hand, or taken back: there is nothing to complain of. One that is over by itself stays. */
  lifted(client: string): void {
    this.#parts.tables.complaintDeeds.delete(client);
  }

  /** Carries what is due a step further, now. */
  look(): Promise<void> {
    return this.#looking.run();
  }

  /** Clients that are due and that nobody has looked up. A count. */
  get due(): number {
    return this.#searcher.due().length;
  }

  /** A message that was found to be bad: its complaint goes the same way. */
  accuse(about: Accusation): Promise<Accused> {
    return this.#searcher.accuse(about, this.#hash);
  }

  /** The mail of a complaint, as it would go now. */
  compose(complaint: Complaint): ReturnType<typeof composeMail> {
    return this.#poster.compose(complaint, this.#hash);
  }

  async #look(): Promise<void> {
    const {tables, now, save, say} = this.#parts;
    try {
      sweepDeeds(tables.complaintDeeds, now());
      sweepComplaints(tables.complaints, now());
      sweepLeftOut(tables.complaintLeftOut, now());
      mendBook(tables.complaintBook, now());
      await this.#searcher.search(this.#hash, this.#stop.signal);
      // A day without one shows nobody how the letters read.
      if ([...tables.complaints.values()].some(isOpen)) countDay(tables.complaintBook, now());
      save();
      await this.#poster.post(this.#hash, this.#stop.signal);
      save();
    } catch (error) {
      say('error', `complaints: ${(error as Error).message}`);
    }
  }
}
