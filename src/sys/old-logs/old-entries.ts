/** Reads once what the systemd journal has stored since a given time. `sys/journal/journal.ts` follows the journal. */
import {readJournalEntry} from '../../log/journal-entry.js';
import type {LogRecord} from '../../log/record.js';
import {
  journalctl,
  type JournalPlace,
  ownMachineId,
  sinceParameters,
} from '../journal/journalctl.js';
import {startCommand} from '../run/command.js';
import {LineCutter} from '../run/line-cutter.js';

/** Longest entry, as JSON. Bytes: sendmail's are below 4 KB. */
const mostEntryBytes = 64 * 1024;

interface OldEntries {
  readonly records: readonly LogRecord[];
  /** Length of journalctl's output for these records. */
  readonly bytes: number;
}

/**
 * Yields stored entries, and ends after the newest or at the signal. Text that is no entry is left out without a
 * log line: the follower of the journal reports such text.
 *
 * @param sinceMs ms since the epoch
 * @param onFailure called with the reason if journalctl fails
 */
export async function* storedSince(
  identifiers: readonly string[],
  sinceMs: number,
  signal: AbortSignal,
  onFailure: (why: string) => void,
  place: JournalPlace = {kind: 'machine'},
): AsyncGenerator<OldEntries> {
  if (signal.aborted) return;
  const own = new AbortController();
  const either = AbortSignal.any([signal, own.signal]);
  const parameters = sinceParameters(place, identifiers, sinceMs);
  const {output, ended} = startCommand(journalctl, parameters, either);
  const machineId = ownMachineId();
  const cutter = new LineCutter(mostEntryBytes, 'utf8');
  let isOver = false;
  try {
    for await (const chunk of output) {
      if (either.aborted) break; // what journalctl wrote before its end may still come
      const records = cutter.take(chunk).flatMap((cut) => {
        const entry = cut.kind === 'line' ? readJournalEntry(parsed(cut.text), machineId) : cut;
        return entry.kind === 'record' ? [entry.record] : [];
      });
      yield {records, bytes: chunk.length};
    }
    isOver = true;
  } finally {
    if (!isOver) own.abort(); // the caller has stopped reading in the middle
    const end = await ended;
    if (end.kind === 'failed' || end.kind === 'missing') onFailure(end.why);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
