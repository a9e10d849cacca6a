/**
 * What of a status somebody should get a mail about: nobody is guarded, or not all that should be. Decides
 * which conditions those are, and when each is told. How a mail goes is for `daemon/alarms`.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {enforcedShare, type Status} from '../status.js';
import {percentText} from '../status-lines.js';

interface Alarm {
  readonly key: 'stopped' | 'notInForce' | 'deaf';
  /** For the subject of a mail. */
  readonly title: string;
  readonly lines: readonly string[];
}

export function alarmsOf({crowd, families, hearing}: Status): Alarm[] {
  const share = enforcedShare(families);
  const failures = new Set(families.flatMap(({failure}) => failure ?? []));
  const stopped: Alarm = {
    key: 'stopped',
    title: 'blocking is stopped',
    lines: [
      'The relay refuses users whom it had, so nobody is blocked.',
      'See whether it knows its users: sendmail -bv postmaster. It blocks again by itself when it does.',
    ],
  };
  const notInForce: Alarm = {
    key: 'notInForce',
    title: 'blocks are not in force',
    lines: [
      `Of what should stand in the firewall, ${percentText(share)} does.`,
      ...[...failures].map((failure) => `The firewall refuses: ${failure}`),
      'See blocksmtp doctor.',
    ],
  };
  const deaf: Alarm = {
    key: 'deaf',
    title: 'the mailer is not heard',
    lines: ['No line of the log tells of a client, so nobody is blocked.', 'See blocksmtp status.'],
  };
  return [
    ...(crowd.listLoss.kind === 'on' ? [stopped] : []),
    ...(share < 1 || failures.size > 0 ? [notInForce] : []),
    ...(hearing.verdict === 'deaf' ? [deaf] : []),
  ];
}

/** Another program that loads its rules is repaired within a check: that is nothing to write a mail about. Ms. */
export const settledMs = 60_000;
/** A condition that lasts is told again after so long. Ms. */
export const againMs = 86_400_000;
/** More than there are. A count. */
const mostAlarms = 8;

interface Lasting {
  readonly title: string;
  readonly sinceMs: number;
  readonly toldMs: number | undefined;
}

/** What is told when, from one look at the status to the next. */
export class AlarmBook {
  readonly #lasting = new BoundedMap<string, Lasting>(mostAlarms);

  /** @param nowMs of a clock that nobody sets; @returns what is to be told now */
  look(alarms: readonly Alarm[], nowMs: number): Omit<Alarm, 'key'>[] {
    const due: Omit<Alarm, 'key'>[] = [];
    for (const {key, title, lines} of alarms) {
      const {sinceMs, toldMs} = this.#lasting.get(key) ?? {sinceMs: nowMs, toldMs: undefined};
      const isDue = toldMs === undefined ? nowMs - sinceMs >= settledMs : nowMs - toldMs >= againMs;
      if (isDue) due.push({title, lines});
      this.#lasting.set(key, {title, sinceMs, toldMs: isDue ? nowMs : toldMs});
    }
    for (const [key, {title, toldMs}] of [...this.#lasting.entries()]) {
      if (alarms.some((alarm) => alarm.key === key)) continue;
      this.#lasting.delete(key);
      const line = 'All is as it should be in this.';
      if (toldMs !== undefined) due.push({title: `no longer: ${title}`, lines: [line]});
    }
    return due;
  }
}
