/**
 * Writes to `warn_mail` when the daemon does not guard the relay, or not fully. `report/alarms`
 * decides what is worth a mail, and when.
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import {WarningDelivery} from '../../outgoing/warn/live/delivery.js';
import {plainWays, type Said} from '../../outgoing/warn/live/ways.js';
import {AlarmBook, alarmsOf} from '../../report/alarms/alarms.js';
import type {Status} from '../../report/status.js';
import {monotonicMs} from '../../sys/run/clock.js';

/** The mailer's port on this machine. */
const standardMailPort = 25;
/**
 * The pool counts warnings by user; these concern everybody, so they must not use up a user's
 * share.
 */
const nobody = -1;

export class AlarmWatch {
  readonly #book: AlarmBook;
  readonly #ways: readonly WarningDelivery<Said>[];

  /** @param book the alarms that earlier lives reported */
  constructor(
    {warnMail}: Pick<Config, 'warnMail'>,
    say: Say,
    book: AlarmBook,
    mailPort = standardMailPort,
  ) {
    this.#book = book;
    const settings = {warnMail, warnCommand: '', warnWebhook: ''};
    const ways = plainWays<Said>(
      settings,
      (said) => said,
      () => nobody,
      mailPort,
    );
    this.#ways = ways.map((way) => new WarningDelivery(way, say));
  }

  /** Does not wait and never fails. @param nowMs by the monotonic clock */
  look(status: Status, nowMs = monotonicMs()): void {
    for (const {title, lines} of this.#book.look(alarmsOf(status), nowMs)) {
      for (const way of this.#ways) way.take({title, lines, json: ''});
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#ways.map((way) => way.stop()));
  }
}
