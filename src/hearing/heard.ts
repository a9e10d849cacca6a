/**
 * Counts the lines of one source, and for each line that does not count, the reason. Decides which lines plainly
 * are the mailer's although they do not count. `judge.ts` decides what the counts mean.
 */
import {printable} from '../base/printable.js';
import type {Clocks} from '../base/clocks/clocks.js';
import type {LogRecord} from '../log/record.js';
import type {Dialect} from '../mail/dialect.js';
import {type Counted, Tally} from './tally.js';

/** Why a record does not count. */
export type Ignored =
  | 'otherProgram'
  | 'otherHost'
  /** The journal says that another program wrote it. */
  | 'otherWriter'
  | 'piece'
  | 'noClient';

/** What happened to one line. */
export type HeardLine =
  | {readonly kind: 'noFrame'; readonly text: string; readonly why: string}
  | {readonly kind: 'ignored'; readonly record: LogRecord; readonly reason: Ignored}
  /** A line of the mailer that another source delivered too. */
  | {readonly kind: 'copy'; readonly record: LogRecord}
  /** `own`: it concerns no client, such as a delivery, or mail of a local program. */
  | {readonly kind: 'event'; readonly record: LogRecord; readonly is: 'sign' | 'client' | 'own'};

/** Counts of lines: those since the last understood line, or all. */
interface Row {
  readonly lines: number;
  /** Lines under a followed program name that were not refused for their host or writer. */
  readonly mailer: number;
  /** Of those, the lines whose form plainly is the mailer's. */
  readonly mailerOwn: number;
  /** Of those, the lines that begin like the mailer's and go on in unknown words. */
  readonly strange: number;
  readonly noFrame: number;
  /** Of those, the lines whose text plainly is the mailer's. */
  readonly noFrameOwn: number;
  readonly otherProgram: number;
  readonly otherProgramOwn: number;
  readonly otherHost: number;
  readonly otherWriter: number;
  readonly piece: number;
  readonly noClient: number;
}

/** Everything known about one source. Times in ms since the epoch, by the clock. */
export interface Heard {
  /** When counting began. */
  readonly sinceMs: number;
  /** All lines since then. */
  readonly all: Row;
  /** Lines since the mailer's last understood line about a client. */
  readonly row: Row;
  /** By the monotonic clock: somebody may set the other one. */
  readonly rowSinceMs: number;
  /** Lines from which something about a client was read, and lines that count against one. Counts. */
  readonly understood: number;
  readonly signs: number;
  readonly lastLineMs: number | undefined;
  readonly lastMailerMs: number | undefined;
  readonly lastSignMs: number | undefined;
  /** The latest time stamp of any line. */
  readonly newestStampMs: number | undefined;
  /** The most frequent names in the row; hosts are counted for lines under a followed program name. */
  readonly programs: readonly Counted[];
  readonly hosts: readonly Counted[];
  /** The most frequent reason in the row why a line has no frame, and the first such line. */
  readonly noFrameWhy: string;
  readonly noFrameExample: string;
  /** The mailer's first message in the row with unknown words. */
  readonly strangeExample: string;
}

/** The greatest length of a line shown as an example. Characters. */
const exampleCharacters = 60;

const emptyRow = (): {-readonly [Name in keyof Row]: number} => ({
  lines: 0,
  mailer: 0,
  mailerOwn: 0,
  strange: 0,
  noFrame: 0,
  noFrameOwn: 0,
  otherProgram: 0,
  otherProgramOwn: 0,
  otherHost: 0,
  otherWriter: 0,
  piece: 0,
  noClient: 0,
});

export class Listener {
  readonly #dialect: Pick<Dialect, 'names' | 'looksLike'>;
  readonly #sinceMs: number;
  readonly #all = emptyRow();
  #row = emptyRow();
  #rowSinceMs: number;
  #understood = 0;
  #signs = 0;
  #lastLineMs: number | undefined;
  #lastMailerMs: number | undefined;
  #lastSignMs: number | undefined;
  #newestStampMs: number | undefined;
  #programs = new Tally();
  #hosts = new Tally();
  #whys = new Tally();
  #example = '';
  #strange = '';

  /** @param since when counting begins */
  constructor(dialect: Pick<Dialect, 'names' | 'looksLike'>, since: Clocks) {
    this.#dialect = dialect;
    this.#sinceMs = since.wallMs;
    this.#rowSinceMs = since.monotonicMs;
  }

  /** @param now when the line was read */
  take(line: HeardLine, now: Clocks): void {
    const nowMs = now.wallMs;
    this.#lastLineMs = nowMs;
    this.#count('lines');
    if (line.kind === 'noFrame') {
      this.#takeUnframed(line.text, line.why);
      return;
    }
    const {record} = line;
    this.#newestStampMs = Math.max(this.#newestStampMs ?? record.atMs, record.atMs);
    if (line.kind === 'ignored') this.#takeIgnored(record, line.reason, nowMs);
    else this.#takeUnderstood(line, now);
  }

  #takeUnderstood(line: Extract<HeardLine, {kind: 'copy' | 'event'}>, now: Clocks): void {
    this.#count('mailer');
    this.#count('mailerOwn');
    this.#lastMailerMs = now.wallMs;
    // Debian's submission logs as `sendmail` beside `sm-mta`: that shows that a mailer runs, but not the one that
    // has clients.
    if (line.kind === 'event' && line.is === 'own') return;
    this.#understood += 1;
    if (line.kind === 'event' && line.is === 'sign') {
      this.#signs += 1;
      this.#lastSignMs = now.wallMs;
    }
    this.#beginRow(now.monotonicMs);
  }

  /** What is known now. */
  heard(): Heard {
    return {
      sinceMs: this.#sinceMs,
      all: {...this.#all},
      row: {...this.#row},
      rowSinceMs: this.#rowSinceMs,
      understood: this.#understood,
      signs: this.#signs,
      lastLineMs: this.#lastLineMs,
      lastMailerMs: this.#lastMailerMs,
      lastSignMs: this.#lastSignMs,
      newestStampMs: this.#newestStampMs,
      programs: this.#programs.top(),
      hosts: this.#hosts.top(),
      noFrameWhy: this.#whys.top()[0]?.name ?? '',
      noFrameExample: this.#example,
      strangeExample: this.#strange,
    };
  }

  #takeUnframed(text: string, why: string): void {
    const isOwn = hasOwnMessage(text, this.#dialect);
    this.#count('noFrame');
    if (isOwn) this.#count('noFrameOwn');
    this.#whys.add(why, isOwn ? 'own' : 'other');
    // A line of the mailer says more than the line that came first.
    if (this.#example === '' || (isOwn && this.#row.noFrameOwn === 1)) {
      this.#example = printable(text, exampleCharacters);
    }
  }

  #takeIgnored(record: LogRecord, reason: Ignored, nowMs: number): void {
    this.#count(reason);
    const {program, host, message} = record;
    const {names, looksLike} = this.#dialect;
    const likeness = looksLike(message);
    const isOwn = likeness !== 'foreign';
    switch (reason) {
      case 'otherProgram': {
        // The header follows what was taken for a tag, so this is an unknown frame.
        if (!isOwn && hasOwnMessage(`${program}: ${message}`, this.#dialect)) {
          this.#row[reason] -= 1;
          this.#all[reason] -= 1;
          this.#takeUnframed(`${program}: ${message}`, 'its program is not known');
          break;
        }
        const isMailers = isOwn || names.includes(program);
        if (isMailers) this.#count('otherProgramOwn');
        this.#programs.add(program, isMailers ? 'own' : 'other');
        break;
      }
      case 'otherHost':
        this.#hosts.add(host, 'own');
        break;
      case 'otherWriter':
        break;
      case 'piece':
      case 'noClient':
        this.#lastMailerMs = nowMs;
        this.#count('mailer');
        this.#programs.add(program, isOwn ? 'own' : 'other');
        if (likeness === 'own' || reason === 'piece') this.#count('mailerOwn');
        else if (likeness === 'strange' || hasOwnMessage(message, this.#dialect)) {
          this.#takeStrange(message);
        }
        break;
    }
  }

  #takeStrange(message: string): void {
    this.#count('strange');
    if (this.#strange === '') this.#strange = printable(message, exampleCharacters);
  }

  #count(what: keyof Row): void {
    this.#all[what] += 1;
    this.#row[what] += 1;
  }

  #beginRow(nowMs: number): void {
    this.#rowSinceMs = nowMs;
    if (this.#row.lines === 1) {
      // Usually nothing was counted since the last understood line, on a busy relay.
      this.#row.lines = this.#row.mailer = this.#row.mailerOwn = 0;
      return;
    }
    this.#row = emptyRow();
    this.#programs = new Tally();
    this.#hosts = new Tally();
    this.#whys = new Tally();
    this.#example = '';
    this.#strange = '';
  }
}

/** Places in a line without a known frame at which a message may begin. A count. */
const mostBegins = 8;
/** How far into the line they are searched. Characters. */
const longestHeadCharacters = 600;
const longestWordCharacters = 64;
/** What a JSON wrapper adds after the message. */
const wrapperEnd = /(?:\\n)?"[,}].*$/s;

/** Whether, somewhere after an unknown frame, a message begins that plainly is the mailer's. */
function hasOwnMessage(text: string, {looksLike}: Pick<Dialect, 'looksLike'>): boolean {
  const whole = text.includes('{"') ? text.replace(wrapperEnd, '') : text;
  if (looksLike(whole) !== 'foreign') return true;
  const blankAt = whole.indexOf('] ');
  // After a word in brackets, which some templates put before a message.
  if (
    blankAt > 0 &&
    blankAt < longestWordCharacters &&
    looksLike(whole.slice(blankAt + 2)) !== 'foreign'
  )
    return true;
  let at = 0;
  for (let begins = 0; begins < mostBegins; begins++) {
    const colon = whole.indexOf(': ', at);
    if (colon < 0 || colon > longestHeadCharacters) return false;
    if (looksLike(whole.slice(colon + 2)) !== 'foreign') return true;
    at = colon + 2;
  }
  return false;
}
