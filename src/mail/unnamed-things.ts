/**
 * Gives a subject to a deed for which no line names one, so that it counts once for each session instead of
 * once for ever. sendmail before 8.16 does not log whose password was wrong, and at LogLevel 9 it logs failures
 * only as `possible SMTP attack: command=AUTH`. If the session's lines do name users, those count, each once.
 *
 * Other signs without a subject still count once for ever: a client that talks too early is refused already,
 * and an honest program that does so does it each time.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {LogRecord} from '../log/record.js';
import type {Sign, UnknownRecipient} from './mail-event.js';

/** Sessions whose lines have named a user, since the start. A count: some hundred bytes each. */
const mostSessions = 10_000;

/** For lines without a queue id: what one process logs within an hour is one session. Ms. */
const longestSessionMs = 3_600_000;

export class UnnamedThings {
  readonly #namedUsers = new BoundedMap<string, true>(mostSessions);

  /** @returns the same event, with a subject if it had none and needs one */
  named<Event extends Sign | UnknownRecipient>(record: LogRecord, event: Event): Event {
    if (event.kind !== 'authFailed' && event.kind !== 'smtpAttack') return event;
    const session = sessionOf(record, event);
    const key = `${record.host} ${session}`;
    if (event.kind === 'authFailed') {
      if (event.subject === '') return {...event, subject: `session-${session}`};
      this.#namedUsers.set(key, true);
      return event;
    }
    const isCounted = event.subject !== 'AUTH' || this.#namedUsers.get(key) === true;
    return isCounted ? event : {...event, subject: `AUTH-session-${session}`};
  }
}

const sessionOf = ({pid, atMs}: LogRecord, {queueId}: Sign | UnknownRecipient): string =>
  queueId ?? `${pid}-${Math.floor(atMs / longestSessionMs)}`;
