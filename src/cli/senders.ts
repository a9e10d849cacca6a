/** `senders`: the sums of who opened connections to mail ports of others, as a table. */
import {readDuration} from '../config/kinds.js';
import {printable} from '../log-level.js';
import {keptMs, type SenderHour, type Standing} from '../outbound/senders.js';
import {homeText} from '../outbound/warning.js';
import {localTime, table} from './terminal.js';

/** @returns seconds, undefined for what is no time, or longer ago than is remembered */
export function readPast(text: string): number | undefined {
  const seconds = readDuration(text);
  return seconds !== undefined && seconds >= 1 && seconds <= keptMs / 1000 ? seconds : undefined;
}

/** Longest path or list in a column. Characters. */
const cellCharacters = 60;
const standings: Readonly<Record<Standing, string>> = {
  other: 'NOT ALLOWED',
  perhaps: 'not known',
  allowed: 'allowed',
};
const head = ['COUNT', 'WHO', 'USER', 'DIRECTORY', 'PROGRAM', 'OF', 'LAST', 'PID', 'DESTINATIONS'];

/** What processes say of themselves is hostile. */
const cell = (text: string): string => printable(text, cellCharacters) || '-';

export function senderTable(senders: readonly SenderHour[]): string {
  if (senders.length === 0) return 'nobody has opened such a connection\n';
  const rows = senders.map((row) => [
    String(row.connections),
    standings[row.standing],
    cell(row.user),
    cell(row.directory),
    cell(row.script || row.program),
    cell(homeText(row.home)),
    localTime(row.lastMs),
    row.pid === 0 ? '-' : String(row.pid),
    cell(row.destinations.join(' ')),
  ]);
  return table([head, ...rows]);
}
