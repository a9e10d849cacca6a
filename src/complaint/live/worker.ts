/**
 * Works on complaints while the daemon runs: notes blocks, and takes due complaints a step further each minute.
 * Nothing waits for it: noting a block costs a row of a table, and a timer does the rest. Decides
 * nothing; `complaint/` and its spool do.
 */
import {SingleFlight} from '../../base/mechanisms/single-flight.js';
import {parseAddress} from '../../net/address.js';
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
import {isNever, mostLeftOut, sweepLeftOut} from '../spool/left-out.js';
import type {ComplaintParts, ComplaintTally} from './parts.js';
import {Poster} from './poster.js';
import {type Accused, Searcher} from './searcher.js';

/**
 * Pause between two looks for due complaints. If the delay of a complaint is shorter, the pause is as short as the
 * delay. Ms.
 */
const lookMs = 60_000;
const shortestLookMs = 5_000;

/** The operator may exclude a network at any moment, also while its contact is looked up. So each step asks this. */
const mayName = (
  {tables, mayName: isNamable}: ComplaintParts,
  attacker: Parameters<ComplaintParts['mayName']>[0],
): 'yes' | 'no' =>
  isNever(tables.complaintLeftOut, parseAddress(attacker.address)) ? 'no' : isNamable(attacker);

/** A block with the names in clear. They are hashed here and go no further. */
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
    this.#parts = {...parts, mayName: (attacker) => mayName(parts, attacker)};
    tables.complaintDeeds.limitTo(mostDeeds);
    tables.complaints.limitTo(mostComplaints);
    tables.complaintLeftOut.limitTo(mostLeftOut);
    this.#hash = hashWith(openBook(tables.complaintBook, newKey).key);
    this.#searcher = new Searcher(this.#parts, this.tally);
    this.#poster = new Poster(this.#parts, this.tally);
  }

  /** Holds complaints that were half handed over when the daemon ended. From now on looks for due ones in intervals. */
  start(everyMs?: number): void {
    const {tables, now, say, config} = this.#parts;
    for (const {id} of holdHalfHanded(tables.complaints, now())) {
      say('error', `complaint ${id}: held: the daemon ended while it handed the mail over`);
    }
    const dueMs = Math.max(shortestLookMs, Math.min(lookMs, config.complaintDelay * 1000));
    this.#timer = setInterval(() => void this.#looking.join(), everyMs ?? dueMs);
  }

  /** Ends soon: cuts off a mail that is being handed over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#looking.settled();
  }

  blocked(block: HeardBlock): void {
    const names = block.names.slice(-mostShownNames).map((name) => shownName(name, this.#hash));
    noteBlock(this.#parts.tables.complaintDeeds, {...block, names});
  }

  /** A block was lifted by hand or taken back, so there is nothing to complain about. Not called when a block just ends. */
  lifted(client: string): void {
    this.#parts.tables.complaintDeeds.delete(client);
  }

  /** Takes due complaints a step further, now. */
  look(): Promise<void> {
    return this.#looking.run();
  }

  /** Clients that are due, and whose contact was not looked up yet. A count. */
  get due(): number {
    return this.#searcher.due().length;
  }

  /** Enters a complaint about a bad message. It then goes the same way as the others. */
  accuse(about: Accusation): Promise<Accused> {
    return this.#searcher.accuse(about, this.#hash);
  }

  /** The mail of a complaint as it would go now. */
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
      // A day without an open complaint shows the operator no letter, so it does not count.
      if ([...tables.complaints.values()].some(isOpen)) countDay(tables.complaintBook, now());
      save();
      await this.#poster.post(this.#hash, this.#stop.signal);
      save();
    } catch (error) {
      say('error', `complaints: ${(error as Error).message}`);
    }
  }
}
