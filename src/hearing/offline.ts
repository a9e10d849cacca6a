/**
 * Decides whether `replay` and `explain` hear the mailer in a log that they read as a whole; they print
 * it at the end. A replay skips most lines, so this reads only the beginning of a log; if it understands
 * something there, the rest does not matter.
 */
import {Listener} from './heard.js';
import {judgeSource, leastLines, missedBy} from './judge.js';
import {heardLine} from './reading.js';
import {deafText, missedText, nothingText, type WantedSettings} from './words.js';
import {Lines} from '../log/lines.js';
import type {Bytes} from '../base/bytes.js';
import type {LogRecord} from '../log/record.js';
import type {Dialect} from '../mail/dialect.js';

/** What `replay` and `explain` print at their end. */
export interface HeardOffline {
  readonly verdict: 'hears' | 'quiet' | 'deaf';
  /** What is wrong and what would help, and what else does not count. */
  readonly why: readonly string[];
}

/** Lines that are checked, from the beginning. A count: more than a quiet mailer writes in a night. */
export const mostListened = 10_000;

/** A log that is read as a whole has no now. */
const noTime = {wallMs: 0, monotonicMs: 0};

type Reading = Parameters<typeof heardLine>[1];

export class OfflineEar {
  readonly #wanted: WantedSettings;
  readonly #dialect: Dialect;
  readonly #listener: Listener;
  readonly #read: (record: LogRecord) => Reading;
  #listened = 0;
  #understood = 0;

  /** @param read how the guard would read a record, without changing its state */
  constructor(dialect: Dialect, wanted: WantedSettings, read: (record: LogRecord) => Reading) {
    this.#dialect = dialect;
    this.#wanted = wanted;
    this.#read = read;
    this.#listener = new Listener(dialect, noTime);
  }

  /** Takes a piece of a log, from its beginning, until a line is understood. */
  piece(piece: Bytes, changedMs: number): void {
    if (!this.#isListening()) return;
    const frames = this.#dialect.frames();
    for (const line of new Lines('').of(piece)) {
      if (!this.#isListening()) return;
      const framed = frames.read(line, changedMs);
      if (framed.kind === 'none') this.unframed(line.text, framed.why);
      else this.record(framed.record, this.#read(framed.record));
    }
  }

  /** Takes a journal entry, until one is understood. */
  entry(record: LogRecord): void {
    if (this.#isListening()) this.record(record, this.#read(record));
  }

  /** Whether it is worth looking at what other programs wrote. */
  get isDeafYet(): boolean {
    return this.#isListening();
  }

  unframed(text: string, why: string): void {
    this.#listened += 1;
    this.#listener.take({kind: 'noFrame', text, why}, noTime);
  }

  record(record: LogRecord, reading: Reading): void {
    this.#listened += 1;
    const line = heardLine(record, reading);
    if (line.kind === 'event' && line.is !== 'own') this.#understood += 1;
    this.#listener.take(line, noTime);
  }

  end(): HeardOffline {
    const heard = this.#listener.heard();
    const hearing = judgeSource(heard, {trouble: undefined, wasThere: 'yes'}, 0);
    const isDeaf = hearing.kind === 'deaf' && this.#understood === 0;
    // Somebody replays an old log of another mailer, or of none: worth a note, and no failure.
    const isForeign = isDeaf && hearing.why === 'grammar' && hearing.example === '';
    if (isDeaf) {
      const why = [deafText(hearing, this.#wanted)];
      return {verdict: isForeign ? 'quiet' : 'deaf', why};
    }
    const why = missedBy(heard).map((missed) => missedText(missed, heard.programs));
    const {lines, mailer} = heard.all;
    if (mailer === 0 && lines >= leastLines) why.push(nothingText(heard, this.#wanted));
    return {verdict: this.#understood > 0 ? 'hears' : 'quiet', why};
  }

  #isListening(): boolean {
    return this.#understood === 0 && this.#listened < mostListened;
  }
}
