/**
 * Counts the lines of one source, and for each line that does not count the reason. Decides which
 * lines plainly are the mailer's though they do not count. `judge.ts` decides what the counts mean.
 */
import {printable} from '../base/printable.js';
import type {LogRecord} from '../log/record.js';
import type {Dialect} from '../mail/dialect.js';
import {type Counted, Tally} from './tally.js';

/** Why a record does not count. */
export type Ignored =
  | 'otherProgram'
  | 'otherHost'
  /** The journal says that no mailer wrote it. */
  | 'otherWriter'
  | 'piece'
  | 'noClient';

/** What came of one line. */
export type HeardLine =
  | {readonly kind: 'noFrame'; readonly text: string; readonly why: string}
  | {readonly kind: 'ignored'; readonly record: LogRecord; readonly reason: Ignored}
  /** Of the mailer, and another source has given it. */
  | {readonly kind: 'copy'; readonly record: LogRecord}
  /** `own`: about no client, such as a delivery, or mail of a local program. */
  | {readonly kind: 'event'; readonly record: LogRecord; readonly is: 'sign' | 'client' | 'own'};

/** A row of lines, or all since the beginning. Counts. */
interface Row {
  readonly lines: number;
  /** Of a name that counts, and not refused for their host or writer. */
  readonly mailer: number;
  /** Of those: plainly the mailer's by their form. */
  readonly mailerOwn: number;
  /** Of those: they begin as the mailer's do, and go on in words that are not known. */
  readonly strange: number;
  readonly noFrame: number;
  /** Of those: what stands in them plainly is the mailer's. */
  readonly noFrameOwn: number;
  readonly otherProgram: number;
  readonly otherProgramOwn: number;
  readonly otherHost: number;
  readonly otherWriter: number;
  readonly piece: number;
  readonly noClient: number;
}

/** Everything that is known of one source. Times in ms since the epoch, of the clock. */
export interface Heard {
  /** When listening began. */
  readonly sinceMs: number;
  /** All lines since then. */
  readonly all: Row;
  /** Those since the last line of the mailer that was understood, and tells of a client. */
  readonly row: Row;
  readonly rowSinceMs: number;
  /** Lines from which something about a client was read; and those that speak against one. Counts. */
  readonly understood: number;
  readonly signs: number;
  readonly lastLineMs: number | undefined;
  readonly lastMailerMs: number | undefined;
  readonly lastSignMs: number | undefined;
  /** The newest time that stands in a line. */
  readonly newestStampMs: number | undefined;
  /** The most frequent in the row; hosts are those of lines that a name counts of. */
  readonly programs: readonly Counted[];
  readonly hosts: readonly Counted[];
  /** The most frequent reason in the row for which a line has no frame, and the first such line. */
  readonly noFrameWhy: string;
  readonly noFrameExample: string;
  /** The first message of the mailer in the row in words that are not known. */
  readonly strangeExample: string;
}

/** Length of a line as an example. Characters. */
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

  /** @param sinceMs when listening begins; ms since the epoch */
  constructor(dialect: Pick<Dialect, 'names' | 'looksLike'>, sinceMs: number) {
    this.#dialect = dialect;
    this.#sinceMs = sinceMs;
    this.#rowSinceMs = sinceMs;
  }

  /** @param nowMs when the line was read; ms since the epoch */
  take(line: HeardLine, nowMs: number): void {
    this.#lastLineMs = nowMs;
    this.#count('lines');
    if (line.kind === 'noFrame') {
      this.#takeUnframed(line.text, line.why);
      return;
    }
    const {record} = line;
    this.#newestStampMs = Math.max(this.#newestStampMs ?? record.atMs, record.atMs);
    if (line.kind === 'ignored') this.#takeIgnored(record, line.reason, nowMs);
    else this.#takeUnderstood(line, nowMs);
  }

  #takeUnderstood(line: Extract<HeardLine, {kind: 'copy' | 'event'}>, nowMs: number): void {
    this.#count('mailer');
    this.#count('mailerOwn');
    this.#lastMailerMs = nowMs;
    // Debian's submission writes as `sendmail` beside `sm-mta`: it shows that a mailer is there, and not the one that has clients.
    if (line.kind === 'event' && line.is === 'own') return;
    this.#understood += 1;
    if (line.kind === 'event' && line.is === 'sign') {
      this.#signs += 1;
      this.#lastSignMs = nowMs;
    }
    this.#beginRow(nowMs);
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
    // One of the mailer tells more than whatever came first.
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
        // Behind what was taken for a tag stands the header: a frame that is not known.
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
      // Nothing was noted since: most lines of a busy relay.
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
/** As far as they are looked for. Characters. */
const longestHeadCharacters = 600;
const longestWordCharacters = 64;
/** What a wrapper in JSON puts behind the message. */
const wrapperEnd = /(?:\\n)?"[,}].*$/s;

/** Whether somewhere behind an unknown frame a message begins that plainly is the mailer's. */
function hasOwnMessage(text: string, {looksLike}: Pick<Dialect, 'looksLike'>): boolean {
  const whole = text.includes('{"') ? text.replace(wrapperEnd, '') : text;
  if (looksLike(whole) !== 'foreign') return true;
  const blankAt = whole.indexOf('] ');
  // Behind a word in brackets, as some templates put in front of a message.
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
