/**
 * Parses the frames of the lines of one log. Also handles the one kind of line that depends on another: `last
 * message repeated 5 times` of BSD and sysklogd, which names neither the message nor its writer. It counts
 * only directly after the line that it repeats, on the same host. A syslogd writes it there (FreeBSD
 * syslogd.c, logmsg(): each log has its own last line). A forwarded one, or one after a line that was not
 * read, could mean any other message.
 */
import {readJournalEntry} from './journal-entry.js';
import type {Line} from './line.js';
import {Wrappings} from './rare/wrapping.js';
import type {LogRecord} from './record.js';
import {type Frame, mostTimes, readFrame, zoneOf} from './syslog.js';
import {Stamps} from './stamp.js';
import type {IdClock} from './wall-time.js';

/** `none`: not a message of a known process. */
export type Framed = Exclude<Frame, {kind: 'repeat'}>;

/** Parses the frames of the lines of one log, in their order. */
export interface LineFrames {
  /** @param referenceMs a time not before the line was written; ms since the epoch */
  read(line: Line, referenceMs: number): Framed;
  /**
   * When the thing that the message is about began, by the id at its beginning.
   *
   * @param latestMs no id was made later; ms since the epoch
   * @returns ms since the epoch; undefined: unknown
   */
  beganMs(message: string, latestMs: number): number | undefined;
}

/** The journal's cursor is not used here. */
const noCursor = {__CURSOR: '-'};

const blank = 0x20;
/**
 * Ends of lines that went through Windows, a terminal or TCP; no mailer writes them. A count: a line may be
 * long.
 */
const behindLine = /(?<![\0\r])[\0\r]{1,8}$/;

/** Parses a log that a syslogd writes. */
export class Frames implements LineFrames {
  readonly #clock: IdClock;
  readonly #stamps: Stamps;
  readonly #wrappings = new Wrappings();
  /** The last message, which a repeat stands for. */
  #last: LogRecord | undefined;
  /** Where the following line begins. Bytes. */
  #end = -1;

  /** @param clock of the ids at the beginning of messages in this log */
  constructor(clock: IdClock) {
    this.#clock = clock;
    this.#stamps = new Stamps(clock);
  }

  beganMs(message: string, latestMs: number): number | undefined {
    const length = this.#clock.lengthIn(message);
    return length === 0 ? undefined : this.#clock.timeOf(message.slice(0, length), latestMs);
  }

  read({text, offset}: Line, referenceMs: number): Framed {
    const frame = this.#frameOf(text, referenceMs);
    const isNext = offset === this.#end;
    this.#end = offset + text.length + 1;
    const last = this.#last;
    if (frame.kind === 'repeat' && isNext && last?.host === frame.host) {
      const atMs = this.#stamps.settle(frame.stamp, last.message, referenceMs);
      const times = Math.min(frame.times * last.times, mostTimes);
      // It remains the last message: the next line may repeat it again.
      return {kind: 'record', record: {...last, atMs, times}, zone: zoneOf(frame.stamp)};
    }
    this.#last = frame.kind === 'record' ? frame.record : undefined;
    return frame.kind === 'repeat'
      ? {kind: 'none', why: 'it repeats a line that is not known'}
      : frame;
  }

  #frameOf(line: string, referenceMs: number): Frame {
    const text = line.charCodeAt(line.length - 1) >= blank ? line : line.replace(behindLine, '');
    const frame = readFrame(text, referenceMs, this.#stamps);
    if (frame.kind !== 'none') return frame;
    const inner = this.#wrappings.unwrap(text);
    switch (inner.kind) {
      case 'bare':
        return frame;
      case 'part':
        return {kind: 'none', why: 'it is a part of a line that was cut'};
      case 'wrapped':
        return readFrame(inner.text, referenceMs, this.#stamps, inner.time);
      case 'journalEntry': {
        // Anybody could have written the file, so the writer it names is not the kernel's word.
        const entry = readJournalEntry({...noCursor, ...inner.entry}, undefined);
        return entry.kind === 'record'
          ? {kind: 'record', record: entry.record, zone: 'named'}
          : {kind: 'none', why: 'it is an entry of the journal that cannot be read'};
      }
    }
  }
}
