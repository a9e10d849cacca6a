/**
 * Takes the frames off the lines of one log, and knows the one thing that a line may need of another:
 * `last message repeated 5 times` of BSD and sysklogd, which says neither which message nor whose.
 * It is read only where it stands directly behind the line it repeats, on the same host. A syslogd
 * writes it there (FreeBSD syslogd.c, logmsg(): each log has its own last line), but one that is
 * forwarded, or behind a line that was not read, could be about any other message.
 */
import {readJournalEntry} from './journal-entry.js';
import type {Line} from './line.js';
import {Wrappings} from './rare/wrapping.js';
import type {LogRecord} from './record.js';
import {type Frame, mostTimes, readFrame, zoneOf} from './syslog.js';
import {Stamps} from './stamp.js';
import type {IdClock} from './wall-time.js';

/** `none`: no message of a known process. */
export type Framed = Exclude<Frame, {kind: 'repeat'}>;

/** Takes the frames off the lines of one log, in the order in which they stand there. */
export interface LineFrames {
  /** @param referenceMs a time not before the line was written; ms since the epoch */
  read(line: Line, referenceMs: number): Framed;
  /**
   * When the thing began that the message is about, by the id in front of it.
   *
   * @param latestMs no id is made later; ms since the epoch
   * @returns ms since the epoch, undefined where nothing tells
   */
  beganMs(message: string, latestMs: number): number | undefined;
}

/** Nobody reads on behind it. */
const noCursor = {__CURSOR: '-'};

const blank = 0x20;
/** Of what went through Windows, a terminal or TCP. No mailer ends a line so. A count: a line may be long. */
const behindLine = /(?<![\0\r])[\0\r]{1,8}$/;

/** Of a log that a syslogd writes. */
export class Frames implements LineFrames {
  readonly #clock: IdClock;
  readonly #stamps: Stamps;
  readonly #wrappings = new Wrappings();
  /** What the last line said; a repeat says it again. */
  #last: LogRecord | undefined;
  /** Where the line after it begins. Bytes. */
  #end = -1;

  /** @param clock of the ids that messages in this log begin with */
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
      // It stays the last one: the next line may repeat it once more.
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
        // A file is anybody's: its word about the writer is not the kernel's.
        const entry = readJournalEntry({...noCursor, ...inner.entry}, undefined);
        return entry.kind === 'record'
          ? {kind: 'record', record: entry.record, zone: 'named'}
          : {kind: 'none', why: 'it is an entry of the journal that cannot be read'};
      }
    }
  }
}
