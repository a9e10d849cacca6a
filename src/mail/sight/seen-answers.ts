/**
 * Decides whether a refusal in a line of a file can have happened: any user can write such a line in the name of a
 * process that serves another client. What the kernel shows about the process must confirm it. Either the process
 * is working on a recipient of that envelope at this moment, or it has written at least as many bytes as all its
 * refusals take. So a line about a waiting session counts nothing.
 *
 * This cannot distinguish a refusal from an accepted recipient, which takes as many bytes. Only the journal can.
 */
import {hashOf} from '../../base/hash.js';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';

/** Processes with reported refusals that are remembered. A count, for memory: some hundred bytes each. */
export const mostProcesses = 10_000;

/**
 * Subjects remembered for one process. A count: a repeated name counts nothing, and must not use up the bytes of
 * others.
 */
const mostSubjects = 100;

/** The greeting (159), the answers to EHLO (222) and to MAIL (40), as Debian's sendmail writes them. Bytes. */
const openingBytes = 421;

/**
 * A process that has written more had TLS, a message or many recipients, and it is unknown how much of it were
 * answers. Then only the bytes from now on count. The limit is so low that what exceeds the opening is not enough
 * for a row of names. Bytes.
 */
export const mostPlainBytes = 700;

/** `550 5.1.1 <x@example.net>... User unknown`, without the address. Bytes. */
const refusalBytes = 28;

/**
 * The longest answer to a recipient: 256 characters (MAXNAME) and the words. If a process has written more since the last
 * refusal, it was something else, such as a message: that must not pay for refusals. Bytes.
 */
export const longestAnswerBytes = 284;

/** A line that reports a refusal, and what the kernel shows about the process in whose name it was written. */
export interface ToldRefusal {
  /** Its number, and what else identifies it. */
  readonly process: string;
  readonly client: string;
  /** The recipient, or what else was refused. */
  readonly subject: string;
  /** How much the process has written so far. Bytes; undefined: the kernel does not count. */
  readonly writtenBytes: number | undefined;
  /** As in `MachineAnswer`. */
  readonly doing: 'recipients' | 'waits' | undefined;
}

interface Seen {
  readonly client: string;
  /** How much it has written for other things than refusals. Bytes. */
  otherBytes: number;
  /** How much it had written at the latest refusal. Bytes. */
  lastBytes: number;
  /** How many bytes the believed refusals took. Bytes. */
  refusedBytes: number;
  /** Hashes of what was refused. */
  readonly subjects: Set<number>;
}

export class SeenAnswers {
  readonly #processes = new BoundedMap<string, Seen>(mostProcesses);

  /** Call it once for each line; a confirmed refusal is recorded. */
  bearsOut({process, client, subject, writtenBytes: written, doing}: ToldRefusal): boolean {
    // Then the proof is that of the process's socket.
    if (written === undefined) return true;
    const cost = refusalBytes + subject.length;
    const before = this.#processes.get(process);
    // The counter of another process with this number starts at zero.
    const isSame = before?.client === client && before.lastBytes <= written;
    const known = isSame ? before : firstSeen(client, written, cost);
    this.#processes.set(process, known);
    const newBytes = written - known.lastBytes;
    if (newBytes > longestAnswerBytes) known.otherBytes += newBytes - cost;
    known.lastBytes = written;
    const hash = hashOf(subject.toLowerCase());
    if (known.subjects.has(hash)) return false;
    const refusedBytes = known.refusedBytes + cost;
    const isBorneOut = doing === 'recipients' || known.otherBytes + refusedBytes <= written;
    if (!isBorneOut) return false;
    known.refusedBytes = refusedBytes;
    if (known.subjects.size < mostSubjects) known.subjects.add(hash);
    return true;
  }
}

/** In a session that has written much before, the first refusal may be what it wrote last. */
const firstSeen = (client: string, written: number, cost: number): Seen => ({
  client,
  otherBytes: written <= mostPlainBytes ? openingBytes : written - cost,
  lastBytes: written,
  refusedBytes: 0,
  subjects: new Set(),
});
