/**
 * Reads the newest lines of logs that are not followed: the end of a file, and the newest entries of the mail
 * facility in the journal. Remembers nothing between two calls.
 */
import fs from 'node:fs';
import type {Line} from '../../log/line.js';
import {readJournalEntry} from '../../log/journal-entry.js';
import type {LogRecord} from '../../log/record.js';
import {trustedRotated} from '../follow/rotated.js';
import {journalctl, ownMachineId, recentMailParameters} from '../journal/journalctl.js';
import {runCommand} from '../run/command.js';

/** Length of the part of a file that is read, from its end. Bytes: some hundred lines. */
const tailBytes = 64 * 1024;
/** Entries of the journal that are read. A count. */
const mostEntries = 500;
const lookTimeoutMs = 10_000;

const {O_NONBLOCK, O_RDONLY} = fs.constants;

/** Rotated files of a log that are not packed. */
export const plainRotated = (path: string): string[] => {
  try {
    return trustedRotated(path)
      .filter(({packing}) => packing === 'none')
      .map((file) => file.path);
  } catch {
    return [];
  }
};

/** Whole lines at the end of a file; none if it has not changed since then, or cannot be read. */
export function linesSince(path: string, sinceMs: number): Line[] {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK);
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile() || stat.mtimeMs <= sinceMs) return [];
    const from = Math.max(0, stat.size - tailBytes);
    const buffer = Buffer.alloc(stat.size - from);
    const length = fs.readSync(descriptor, buffer, 0, buffer.length, from);
    const lines = buffer.toString('latin1', 0, length).split('\n');
    // The first may be half a line, and the last has no end yet.
    const whole = from === 0 ? lines.slice(0, -1) : lines.slice(1, -1);
    return whole.map((text) => ({source: path, offset: 0, text}));
  } catch {
    return [];
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** The newest entries of the mail facility since then, of any program. */
export async function mailEntriesSince(sinceMs: number, stop: AbortSignal): Promise<LogRecord[]> {
  const parameters = recentMailParameters(sinceMs, mostEntries);
  const result = await runCommand(journalctl, parameters, {timeoutMs: lookTimeoutMs, stop});
  if (result.kind !== 'done') return [];
  const machineId = ownMachineId();
  return result.stdout.split('\n').flatMap((line) => {
    const entry = readJournalEntry(parsed(line), machineId);
    return entry.kind === 'record' ? [entry.record] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
