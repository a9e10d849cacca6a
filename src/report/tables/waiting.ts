/** `list --greeting`: the clients that wait at the gate, as a table and as JSON. */
import {parseAddress} from '../../net/address.js';
import {countText} from '../../base/count.js';
import {durationText} from '../../base/duration.js';
import {localTime, preciseTime} from '../../base/time-text.js';
import type {WaitingView} from '../../greeting/view.js';
import {table} from './table.js';

export function waitingTable({waiting, waiters, heardMs}: WaitingView, nowMs: number): string {
  if (heardMs === undefined) return 'the gate has not been heard since the daemon began\n';
  if (waiting === 0) return 'nobody waits\n';
  const rows = waiters.map(({client, sinceMs}) => {
    const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
    // The client comes from a socket. Only a valid address is printed.
    return [parseAddress(client)?.text ?? '-', localTime(sinceMs), durationText(seconds)];
  });
  const more = waiting - waiters.length;
  const rest = more > 0 ? `and ${countText(more, 'more client')}\n` : '';
  return table([['CLIENT', 'SINCE', 'FOR'], ...rows]) + rest;
}

export const waitingJson = ({waiters}: WaitingView): string =>
  `${JSON.stringify(
    waiters.map(({client, sinceMs}) => ({client, since: preciseTime(sinceMs)})),
    null,
    2,
  )}\n`;
