/**
 * Notes of processes that were ended before anything was saved: whose lines each of them wrote. It cannot be asked
 * any more, so after a crash these lines, read again, would be nobody's, and the block that they led to would
 * not be made. One line for each process, and nothing but what the kernel had shown. Where they are kept is in
 * `sys/disk/notes-file.ts`.
 */
import {parseAddress} from '../net/address.js';
import type {Attribution, Question} from './attribute.js';

/** Whose the lines of one envelope are, by the process that wrote them. Plain data: it is saved as it is. */
interface CutNote {
  readonly pid: number;
  readonly numberedBy: Question['numberedBy'];
  readonly queueId: string;
  /** The text of its address. */
  readonly client: string;
  /**
   * What it had written when the block was decided; absent: not known. Without it nobody could tell whether recipients
   * were accepted meanwhile, and the lines would lead to no block before their envelope is over. Bytes.
   */
  readonly answeredBytes?: number | undefined;
}

/** @returns undefined for a line outside of an envelope: nothing would find it again */
export function noteText(
  {pid, numberedBy, queueId}: Question,
  {client, answeredBytes}: Pick<Attribution, 'client' | 'answeredBytes'>,
): string | undefined {
  if (queueId === undefined) return undefined;
  const note: CutNote = {pid, numberedBy, queueId, client: client.text, answeredBytes};
  return `${JSON.stringify(note)}\n`;
}

/** What was noted before a crash. */
export class CutNotes {
  readonly #clients = new Map<string, Attribution>();

  /** @param text of the notes; what is no note, or half a one, is passed over */
  constructor(text: string) {
    for (const line of text.split('\n')) {
      const note = parsed(line);
      const client = note && parseAddress(note.client);
      if (note === undefined || client === undefined) continue;
      const {answeredBytes: bytes} = note;
      const answered = Number.isSafeInteger(bytes) ? {answeredBytes: bytes} : {};
      this.#clients.set(keyOf(note), {client, proof: 'kernel', ...answered});
    }
  }

  /** Whom the kernel had shown behind this envelope. */
  of({pid, numberedBy, queueId}: Question): Attribution | undefined {
    return queueId === undefined ? undefined : this.#clients.get(keyOf({pid, numberedBy, queueId}));
  }
}

const keyOf = ({
  pid,
  numberedBy,
  queueId,
}: Pick<CutNote, 'pid' | 'numberedBy' | 'queueId'>): string => `${pid} ${numberedBy} ${queueId}`;

function parsed(line: string): CutNote | undefined {
  try {
    const note = JSON.parse(line) as Partial<CutNote> | null;
    return typeof note?.client === 'string' ? (note as CutNote) : undefined;
  } catch {
    return undefined;
  }
}
