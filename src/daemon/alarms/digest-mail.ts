/**
 * Mails the report to `digest_mail` at each slot of `digest_schedule`, and once after a start if a slot passed
 * while no daemon ran. `tally/digests.ts` decides when one is due, `overview/text.ts` what it says.
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import {type Answer, longestReportSeconds} from '../../control/protocol.js';
import type {Delivered} from '../../outgoing/warn/delivered.js';
import {WarningDelivery} from '../../outgoing/warn/live/delivery.js';
import {plainWays, type Said} from '../../outgoing/warn/live/ways.js';
import {digestText} from '../../overview/text.js';
import {nowMs} from '../../sys/run/clock.js';
import {onSchedule, type Schedule, slotMinutes} from '../../sys/run/schedule.js';
import {
  digestDue,
  type DigestRow,
  isDigestMissed,
  noteDigest,
  noteTold,
} from '../../tally/digests.js';
import type {Table} from '../../base/mechanisms/table.js';

/** The mailer's port on this machine. */
const standardMailPort = 25;
/** The mails are counted by user; this one concerns everybody, so it must not use up a user's share. */
const nobody = -1;

interface DigestParts {
  readonly config: Pick<Config, 'digestMail' | 'digestSchedule' | 'dryRun'>;
  readonly rows: Table<DigestRow>;
  readonly say: Say;
  /** Makes the report about the last `seconds` seconds. Saves the state before it answers. */
  readonly report: (seconds: number) => Promise<Answer>;
  /** The row has changed, and should be saved soon. */
  readonly onChange: () => void;
  /** Default: port 25. */
  readonly mailPort?: number;
  /** Default: the clock. Ms since the epoch. */
  readonly now?: () => number;
}

interface Told {
  readonly said: Said;
  /** Ms since the epoch. */
  readonly untilMs: number;
}

export class DigestMail {
  readonly #parts: DigestParts;
  readonly #now: () => number;
  readonly #ways: readonly WarningDelivery<Told>[];
  readonly #schedule: Schedule | undefined;
  #hasLookedBack = false;

  constructor(parts: DigestParts) {
    const {config, say, mailPort = standardMailPort, now = nowMs} = parts;
    this.#parts = parts;
    this.#now = now;
    const warnMail = config.dryRun ? '' : config.digestMail;
    const settings = {warnMail, warnCommand: '', warnWebhook: ''};
    const ways = plainWays<Told>(
      settings,
      ({said}) => said,
      () => nobody,
      mailPort,
    );
    this.#ways = ways.map((way) => {
      const deliver = async (told: Told, stop: AbortSignal): Promise<Delivered> => {
        const result = await way.deliver(told, stop);
        if (result.kind === 'done') this.#noteTold(told);
        return result;
      };
      return new WarningDelivery({...way, name: 'digest_mail', deliver}, say);
    });
    if (ways.length === 0) return;
    this.#schedule = onSchedule('digest', config.digestSchedule, say, () => this.send());
  }

  /**
   * Sends a digest that was missed while no daemon ran. Works once; call it when the log has been caught up with.
   */
  async lookBack(): Promise<void> {
    if (this.#hasLookedBack || this.#schedule === undefined) return;
    this.#hasLookedBack = true;
    const {rows, config} = this.#parts;
    const due = digestDue(rows, this.#now());
    this.#parts.onChange();
    if (due === undefined) return;
    const slots = slotMinutes(config.digestSchedule);
    const isMissed = isDigestMissed(due.sentMs, slots.isSlot, this.#now());
    slots.forget();
    if (isMissed) await this.send();
  }

  /** Sends the report on the time since the latest digest, unless that one is too recent. */
  async send(): Promise<void> {
    const {rows, report} = this.#parts;
    const atMs = this.#now();
    const due = digestDue(rows, atMs);
    if (due === undefined) return;
    // Recorded first, and saved with the answer: after a crash, a missing digest is better than the same one each
    // time.
    noteDigest(rows, atMs);
    const seconds = Math.min(longestReportSeconds, Math.ceil((atMs - due.toldMs) / 1000));
    const answer = await report(seconds);
    if (answer.kind !== 'report') return;
    const {title, lines} = digestText(answer.report);
    for (const way of this.#ways) way.take({said: {title, lines, json: ''}, untilMs: atMs});
  }

  #noteTold({untilMs}: Told): void {
    noteTold(this.#parts.rows, untilMs);
    this.#parts.onChange();
  }

  async stop(): Promise<void> {
    await this.#schedule?.stop();
    await Promise.all(this.#ways.map((way) => way.stop()));
  }
}
