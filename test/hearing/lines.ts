/** Lines as they are counted: what the mailer says, and what others do. */
import {type Heard, type HeardLine, Listener} from '../../src/hearing/heard.js';
import {type Hearing, judgeSource} from '../../src/hearing/judge.js';
import type {Clocks} from '../../src/base/clocks/clocks.js';
import type {LogRecord} from '../../src/log/record.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

export const nowMs = Date.UTC(2026, 10, 21, 12);

export const unknown = '6ALC000c000152: <anna@example.net>... User unknown';
export const deferred =
  '6ALC000c000152: to=<anna@example.net>, delay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.org, dsn=4.0.0, stat=Deferred';

export const record = (changes: Partial<LogRecord> = {}): LogRecord => ({
  ...{atMs: nowMs, host: 'relay', program: 'sm-mta', pid: 152, message: unknown, times: 1},
  writer: undefined,
  ...changes,
});

export const heardOnce: HeardLine = {kind: 'event', record: record(), is: 'sign'};
export const ownDelivery: HeardLine = {kind: 'event', record: record(), is: 'own'};
export const stillWaiting: HeardLine = {
  kind: 'ignored',
  record: record({message: deferred}),
  reason: 'noClient',
};
/** Of another program of the machine. */
export const foreign = (program = 'sshd', message = 'Accepted publickey for root'): HeardLine => ({
  kind: 'ignored',
  record: record({program, message}),
  reason: 'otherProgram',
});
/** Of the mailer, under a name that does not count. */
export const otherName = (program = 'mta-in'): HeardLine => foreign(program, unknown);
export const otherHost: HeardLine = {
  kind: 'ignored',
  record: record({host: 'mail1'}),
  reason: 'otherHost',
};
export const unreadable = (text: string): HeardLine => ({
  kind: 'noFrame',
  text,
  why: 'it does not begin with a time',
});
export const ownUnreadable = unreadable(`2026 Nov 28 12:00:00 relay sm-mta[4711]: ${unknown}`);

export const times = (count: number, line: HeardLine): HeardLine[] =>
  Array.from({length: count}, () => line);

/** Nobody has set the clock: both show the same. */
export const clocksAt = (ms: number): Clocks => ({wallMs: ms, monotonicMs: ms});

/** @param atMs when they were read; all at once */
export function listened(lines: readonly HeardLine[], atMs = nowMs): Heard {
  const listener = new Listener(sendmail, clocksAt(nowMs));
  for (const line of lines) listener.take(line, clocksAt(atMs));
  return listener.heard();
}

export const judged = (lines: readonly HeardLine[], laterMs = 0): Hearing =>
  judgeSource(listened(lines), {trouble: undefined, wasThere: 'yes'}, nowMs + laterMs);
