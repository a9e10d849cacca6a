/** Reads once what the systemd journal has kept since some time. What follows it is `sys/journal/journal.ts`. */
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
  /** As journalctl prints them. */
  readonly bytes: number;
}

/**
 * Ends with what is stored now, or with the signal. What cannot be read as an entry is left out; what
 * follows the journal tells of it.
 *
 * @param sinceMs ms since the epoch
 * @param onFailure told why journalctl has failed
 */
export async function* storedSince(
  identifiers: readonly string[],
  sinceMs: number,
  signal: AbortSignal,
  onFailure: (why: string) => void,
  place: JournalPlace = {kind: 'machine'},
): AsyncGenerator<OldEntries> {
  const own = new AbortController();
  const either = AbortSignal.any([signal, own.signal]);
  const parameters = sinceParameters(place, identifiers, sinceMs);
  const {output, ended} = startCommand(journalctl, parameters, either);
  const machineId = ownMachineId();
  const cutter = new LineCutter(mostEntryBytes, 'utf8');
  let isOver = false;
  try {
    for await (const chunk of output) {
      const records = cutter.take(chunk).flatMap((cut) => {
        const entry = cut.kind === 'line' ? readJournalEntry(parsed(cut.text), machineId) : cut;
        return entry.kind === 'record' ? [entry.record] : [];
      });
      yield {records, bytes: chunk.length};
    }
    isOver = true;
  } finally {
    if (!isOver) own.abort(); // the reader has left in the middle
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
