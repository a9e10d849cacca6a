import type {LogRecord} from '../../src/log/record.js';
import {Stamps} from '../../src/log/stamp.js';
import {readFrame} from '../../src/log/syslog.js';
import {queueIdClock} from '../../src/mail/sendmail/queue-id.js';

/** One line of sendmail's by itself; undefined when it is no record with a pid. */
export function parseSyslog(text: string, referenceMs: number): LogRecord | undefined {
  const frame = readFrame(text, referenceMs, new Stamps(queueIdClock));
  return frame.kind === 'record' ? frame.record : undefined;
}
