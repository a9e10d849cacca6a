/** The half of `senders` about programs that connected to mail ports of other machines: as cells, and as JSON fields. */
import {printable, printablePath} from '../../base/printable.js';
import {localTime, preciseTime} from '../../base/time-text.js';
import type {SenderHour, Permission} from '../../outgoing/sender-hours.js';
import {homeFields, homeText, nameCharacters, wholePath} from '../../outgoing/warn/warning.js';

/** Length of a path or list in a column. Characters. */
const cellCharacters = 60;
const standings: Readonly<Record<Permission, string>> = {
  other: 'NOT ALLOWED',
  perhaps: 'not known',
  allowed: 'allowed',
};
export const directHead = [
  'COUNT',
  'WHO',
  'USER',
  'DIRECTORY',
  'PROGRAM',
  'OF',
  'LAST',
  'PID',
  'DESTINATIONS',
];

/** Text that a process chose itself is hostile. */
const cell = (text: string): string => printable(text, cellCharacters) || '-';
const pathCell = (text: string): string => printablePath(text, cellCharacters) || '-';

/** `/usr/bin/perl /srv/x.pl`: the interpreter, and what it runs. */
const programCell = ({program, script}: SenderHour): string =>
  pathCell([program, script].filter((path) => path !== '').join(' '));

/** Shows whole addresses only, because a part of an address is another address. */
function destinationsCell(destinations: readonly string[]): string {
  const more = (shown: number): string =>
    shown === destinations.length ? '' : ` +${destinations.length - shown} more`;
  const text = (shown: number): string => destinations.slice(0, shown).join(' ') + more(shown);
  let shown = destinations.length;
  while (shown > 1 && text(shown).length > cellCharacters) shown -= 1;
  return text(shown) || '-';
}

export const directCells = (row: SenderHour): string[] => [
  String(row.connections),
  standings[row.standing],
  cell(row.user),
  pathCell(row.directory),
  programCell(row),
  cell(homeText(row.home)),
  localTime(row.lastMs),
  row.pid === 0 ? '-' : String(row.pid),
  destinationsCell(row.destinations),
];

const known = (text: string): string | undefined => (text === '' ? undefined : text);

/** docs/outgoing-mail.md describes the fields. An unknown field is absent. */
export const senderFields = (row: SenderHour): object => ({
  standing: row.standing,
  user: known(printable(row.user, nameCharacters)),
  directory: known(wholePath(row.directory)),
  program: known(wholePath(row.program)),
  script: known(wholePath(row.script)),
  ...homeFields(row.home),
  connections: row.connections,
  destinations: row.destinations,
  pid: row.pid === 0 ? undefined : row.pid,
  last: preciseTime(row.lastMs),
});
