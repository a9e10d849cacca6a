/**
 * Takes the frames off the lines of one log, and knows the one thing that a line may need of another:
 * `last message repeated 5 times` of BSD and sysklogd, which says neither which message nor whose.
 * It is read only where it stands directly behind the line it repeats, on the same host. A syslogd
 * writes it there (FreeBSD syslogd.c, logmsg(): each log has its own last line), but one that is
 * forwarded, or behind a line that was not read, could be about any other message.
 */
import type {IdClock} from './wall-time.js';
import type {Line} from './line.js';
import type {LogRecord} from './record.js';
import {type Frame, mostTimes, readFrame} from './syslog.js';
import {Stamps} from './stamp.js';

/** `none`: no message of a process that can be told. */
export type Framed = Exclude<Frame, {kind: 'repeat'}>;

/** Takes the frames off the lines of one log, in the order in which they stand there. */
export interface LineFrames {
  /** @param referenceMs a time not before the line was written; ms since the epoch */
  read(line: Line, referenceMs: number): Framed;
}

/** Of a log that a syslogd writes. */
export class Frames implements LineFrames {
  readonly #stamps: Stamps;
  /** What the last line said; a repeat says it again. */
  #last: LogRecord | undefined;
  /** Where the line after it begins. Bytes. */
  #end = -1;

  /** @param clock of the ids that messages in this log begin with */
  constructor(clock: IdClock) {
    this.#stamps = new Stamps(clock);
  }

  read({text, offset}: Line, referenceMs: number): Framed {
    const frame = readFrame(text, referenceMs, this.#stamps);
    const isNext = offset === this.#end;
    this.#end = offset + text.length + 1;
    const last = this.#last;
    if (frame.kind === 'repeat' && isNext && last?.host === frame.host) {
      const atMs = this.#stamps.settle(frame.stamp, last.message, referenceMs);
      const times = Math.min(frame.times * last.times, mostTimes);
      // It stays the last one: the next line may repeat it once more.
      return {kind: 'record', record: {...last, atMs, times}};
    }
    this.#last = frame.kind === 'record' ? frame.record : undefined;
    return frame.kind === 'repeat'
      ? {kind: 'none', why: 'it repeats a line that is not known'}
      : frame;
  }
}
