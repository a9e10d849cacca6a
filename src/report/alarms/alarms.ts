/**
 * Decides which conditions of a status lead to a mail: the daemon guards nothing, or not everything that
 * it should. Decides when to report each. `daemon/alarms` sends the mail.
 */
import {countText} from '../../base/count.js';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {enforcedShare, type Status} from '../status.js';
import {percentText} from '../status-lines.js';

interface Alarm {
  readonly key: 'stopped' | 'notInForce' | 'deaf' | 'held';
  /** The subject of the mail. */
  readonly title: string;
  readonly lines: readonly string[];
}

export function alarmsOf({crowd, families, hearing, mail}: Status): Alarm[] {
  const share = enforcedShare(families);
  const failures = new Set(families.flatMap(({failure}) => failure ?? []));
  const stopped: Alarm = {
    key: 'stopped',
    title: 'blocking is stopped',
    lines: [
      'The relay now refuses addresses that it accepted before. Blocking is paused.',
      'See whether it knows its users: sendmail -bv postmaster. It blocks again by itself when it does.',
    ],
  };
  const notInForce: Alarm = {
    key: 'notInForce',
    title: 'blocks are not in force',
    lines: [
      `${percentText(share)} of the blocks are in force.`,
      ...[...failures].map((failure) => `The firewall refuses: ${failure}`),
      'See blocksmtp doctor.',
    ],
  };
  const deaf: Alarm = {
    key: 'deaf',
    title: 'the mailer is not heard',
    lines: ['No line of the log tells of a client, so nobody is blocked.', 'See blocksmtp status.'],
  };
  const count = mail?.mode === 'quarantine' ? (mail.inQueue?.held ?? 0) : 0;
  const held: Alarm = {
    key: 'held',
    title: 'mail is held in the queue',
    lines: [
      `${countText(count, 'message')} held. The mailer delivers none of them until somebody releases them.`,
      'See blocksmtp queue --held. Those that the daemon held: blocksmtp queue release --reason "blocksmtp: *".',
      'Without --reason, release --held also frees what a milter has quarantined, such as a virus.',
    ],
  };
  return [
    ...(crowd.listLoss.kind === 'on' ? [stopped] : []),
    ...(share < 1 || failures.size > 0 ? [notInForce] : []),
    ...(hearing.verdict === 'deaf' ? [deaf] : []),
    ...(count > 0 ? [held] : []),
  ];
}

/** If another program removes our rules, the next check repairs that. It is not worth a mail. Ms. */
export const settledMs = 60_000;
/**
 * How long the mailer must be heard before the alarm has ended. Ms: the mail of the alarm itself makes the mailer write a
 * line. If that ended the alarm, mails would go out again and again.
 */
export const deafSettledMs = 3_600_000;
/** The warning about the sender reports it at once. This alarm reminds of the messages that nobody released. Ms. */
export const heldSettledMs = 86_400_000;
/**
 * A condition that lasts is reported again after this long. If it has ended twice within it, its
 * end is reported only after this long. Ms.
 */
export const againMs = 86_400_000;
/** More than there are conditions. A count. */
const mostAlarms = 8;

interface Lasting {
  readonly title: string;
  /** When the condition began. */
  readonly sinceMs: number;
  /** Since when no look has found the condition; undefined: the last look found it. */
  readonly cleanMs: number | undefined;
  readonly toldMs: number | undefined;
  /** When a mail reported the previous end of the condition; undefined: not within `againMs`. */
  readonly endedMs: number | undefined;
  readonly is: 'on' | 'over';
}

/**
 * Remembers the conditions from one look at the status to the next, and decides what to report. A condition that comes
 * and goes counts as one, and is reported rarely: at most three mails on the first day, and then one a day. No
 * mail reports its end while it comes and goes.
 */
export class AlarmBook {
  readonly #lasting = new BoundedMap<string, Lasting>(mostAlarms);

  /** @param nowMs of a monotonic clock; @returns what to report now */
  look(alarms: readonly Alarm[], nowMs: number): Omit<Alarm, 'key'>[] {
    const begun = alarms.flatMap((alarm) => this.#begin(alarm, nowMs) ?? []);
    const gone = [...this.#lasting.entries()].filter(
      ([key]) => !alarms.some((alarm) => alarm.key === key),
    );
    return [...begun, ...gone.flatMap(([key, known]) => this.#end(key, known, nowMs) ?? [])];
  }

  #begin({key, title, lines}: Alarm, nowMs: number): Omit<Alarm, 'key'> | undefined {
    const known = this.#lasting.get(key);
    const {sinceMs, toldMs} = known?.is === 'on' ? known : {sinceMs: nowMs, toldMs: undefined};
    const leastMs = key === 'held' ? heldSettledMs : settledMs;
    const isDue = toldMs === undefined ? nowMs - sinceMs >= leastMs : nowMs - toldMs >= againMs;
    const told = isDue ? nowMs : toldMs;
    this.#lasting.set(key, {
      ...{title, sinceMs, toldMs: told, cleanMs: undefined, is: 'on'},
      endedMs: known?.endedMs,
    });
    return isDue ? {title, lines} : undefined;
  }

  #end(key: string, known: Lasting, nowMs: number): Omit<Alarm, 'key'> | undefined {
    const {title, toldMs, endedMs, is} = known;
    if (is === 'over') {
      if (endedMs === undefined || nowMs - endedMs >= againMs) this.#lasting.delete(key);
      return undefined;
    }
    const cleanMs = known.cleanMs ?? nowMs;
    const isAgain = endedMs !== undefined && toldMs !== undefined;
    const leastMs = isAgain ? againMs : key === 'deaf' ? deafSettledMs : settledMs;
    if (nowMs - cleanMs < leastMs) {
      this.#lasting.set(key, {...known, cleanMs});
      return undefined;
    }
    const ended = toldMs === undefined ? endedMs : nowMs;
    this.#lasting.set(key, {...known, cleanMs: undefined, endedMs: ended, is: 'over'});
    const lines = ['This is all right again.'];
    return toldMs === undefined ? undefined : {title: `no longer: ${title}`, lines};
  }
}
