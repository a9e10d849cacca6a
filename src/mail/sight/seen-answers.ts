/**
 * Decides whether a refusal that a line of a file tells can have happened: anybody can write such a line in the
 * name of a process that serves somebody else. What the kernel shows of the process must bear it out. It is working
 * on a recipient of that envelope at this moment, or it has written as much as all its refusals cost. So a line
 * about a session that waits counts for nothing.
 *
 * It does not tell a refusal from a recipient that was accepted: both cost the same. Only the journal does.
 */
import {hashOf} from '../../base/hash.js';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';

/** Processes with reported refusals. A count, for memory: some hundred bytes each. */
export const mostProcesses = 10_000;

/** Of one process: said again, a name counts nothing and must not use up what others cost. A count. */
const mostSubjects = 100;

/** A greeting (159), the answers to EHLO (222) and MAIL (40), as Debian's sendmail gives them. Bytes. */
const openingBytes = 421;

/**
 * A process that has written more had TLS, a message or many recipients, and it is not known how
 * much of that was answers: then only the bytes from now on count. So few that what is left above
 * the opening is no row of names. Bytes.
 */
export const mostPlainBytes = 700;

/** `550 5.1.1 <x@example.net>... User unknown`, without the address. Bytes. */
const refusalBytes = 28;

/** A line that tells of a refusal, and what the kernel shows of the process in whose name it was written. */
export interface ToldRefusal {
  readonly process: string;
  readonly client: string;
  /** The recipient, or what else was refused. */
  readonly subject: string;
  /** What the process has written so far. Bytes; undefined: the kernel does not count. */
  readonly writtenBytes: number | undefined;
  /** What it is seen at in the envelope of the line; undefined: something else, or waiting. */
  readonly doing: 'recipients' | undefined;
}

interface Seen {
  readonly client: string;
  /** What it had written for other things than refusals. Bytes. */
  readonly otherBytes: number;
  /** What the refusals cost that were believed. Bytes. */
  refusedBytes: number;
  /** Hashes of what was refused. */
  readonly subjects: Set<number>;
}

export class SeenAnswers {
  readonly #processes = new BoundedMap<string, Seen>(mostProcesses);

  /** Asked once for each line; a refusal that is borne out is noted. */
  bearsOut({process, client, subject, writtenBytes: written, doing}: ToldRefusal): boolean {
    // Then the line is worth what the process's socket is.
    if (written === undefined) return true;
    const cost = refusalBytes + subject.length;
    const before = this.#processes.get(process);
    // A pid that is used again starts at zero.
    const isSame = before?.client === client && before.otherBytes <= written;
    const known = isSame ? before : firstSeen(client, written, cost);
    this.#processes.set(process, known);
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

/** Of a session with much behind it the first refusal may be what it wrote last. */
const firstSeen = (client: string, written: number, cost: number): Seen => ({
  client,
  otherBytes: written <= mostPlainBytes ? openingBytes : written - cost,
  refusedBytes: 0,
  subjects: new Set(),
});
