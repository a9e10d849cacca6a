/** Takes the frames off the lines of one log. */
import type {Line} from './line.js';
import type {LogRecord} from './record.js';
import {parseSyslog} from './syslog.js';

export type Framed =
  | {readonly kind: 'record'; readonly record: LogRecord}
  /** No message of a process that can be told. */
  | {readonly kind: 'none'};

export class Frames {
  /** @param referenceMs a time not before the line was written; ms since the epoch */
  read(line: Line, referenceMs: number): Framed {
    const record = parseSyslog(line.text, referenceMs);
    return record === undefined ? {kind: 'none'} : {kind: 'record', record};
  }
}
