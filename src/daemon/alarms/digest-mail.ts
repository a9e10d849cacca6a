/**
 * Mails the report to `digest_mail` at each slot of `digest_schedule`, and once at a start where a slot passed while
 * nobody ran. When one is due is for `tally/digests.ts`, what it says for `overview/text.ts`.
 */
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import {type Answer, longestReportSeconds} from '../../control/protocol.js';
import {WarningDelivery} from '../../outgoing/warn/live/delivery.js';
import {plainWays, type Said} from '../../outgoing/warn/live/ways.js';
import {digestText} from '../../overview/text.js';
import {nowMs} from '../../sys/run/clock.js';
import {onSchedule, type Schedule, slotMinutes} from '../../sys/run/schedule.js';
import {type DigestRow, digestSince, isDigestMissed, noteDigest} from '../../tally/digests.js';
import type {Table} from '../../base/mechanisms/table.js';

/** The mailer's port on this machine. */
const standardMailPort = 25;
/** No user's share is used up by what concerns all. */
const nobody = -1;

interface DigestParts {
  readonly config: Pick<Config, 'digestMail' | 'digestSchedule' | 'dryRun'>;
  readonly rows: Table<DigestRow>;
  readonly say: Say;
  /** The report on so many seconds. */
  readonly report: (seconds: number) => Promise<Answer>;
  /** The row has changed. */
  readonly onSent: () => void;
  /** Default: the usual one of mail. */
  readonly mailPort?: number;
  /** Default: the clock. Ms since the epoch. */
  readonly now?: () => number;
}

export class DigestMail {
  readonly #parts: DigestParts;
  readonly #now: () => number;
  readonly #ways: readonly WarningDelivery<Said>[];
  readonly #schedule: Schedule | undefined;
  #hasLookedBack = false;

  constructor(parts: DigestParts) {
    const {config, say, mailPort = standardMailPort, now = nowMs} = parts;
    this.#parts = parts;
    this.#now = now;
    const warnMail = config.dryRun ? '' : config.digestMail;
    const settings = {warnMail, warnCommand: '', warnWebhook: ''};
    const ways = plainWays<Said>(
      settings,
      (said) => said,
      () => nobody,
      mailPort,
    );
    this.#ways = ways.map((way) => new WarningDelivery({...way, name: 'digest_mail'}, say));
    if (ways.length === 0) return;
    this.#schedule = onSchedule('digest', config.digestSchedule, say, () => this.send());
  }

  /** Sends one that was missed while nobody ran. Looks back once; to be called when the log was caught up with. */
  async lookBack(): Promise<void> {
    if (this.#hasLookedBack || this.#schedule === undefined) return;
    this.#hasLookedBack = true;
    const {rows, config} = this.#parts;
    const sinceMs = digestSince(rows, this.#now());
    this.#parts.onSent();
    if (sinceMs === undefined) return;
    const slots = slotMinutes(config.digestSchedule);
    const isMissed = isDigestMissed(sinceMs, slots.isSlot, this.#now());
    slots.forget();
    if (isMissed) await this.send();
  }

  /** Sends the report on the time since the last digest, unless that is too near. */
  async send(): Promise<void> {
    const {rows, report, onSent} = this.#parts;
    const atMs = this.#now();
    const sinceMs = digestSince(rows, atMs);
    if (sinceMs === undefined) return;
    const seconds = Math.min(longestReportSeconds, Math.ceil((atMs - sinceMs) / 1000));
    const answer = await report(seconds);
    if (answer.kind !== 'report') return;
    // Noted first: after a crash one too few costs less than the same one each time.
    noteDigest(rows, atMs);
    onSent();
    const {title, lines} = digestText(answer.report);
    for (const way of this.#ways) way.take({title, lines, json: ''});
  }

  async stop(): Promise<void> {
    await this.#schedule?.stop();
    await Promise.all(this.#ways.map((way) => way.stop()));
  }
}
