/** Mail of a sender, and what its limits say about it. */
import {
  type Alarm,
  alarmOf,
  type LimitSettings,
  type Question,
} from '../../src/submission/limits.js';
import type {Clip} from '../../src/submission/normal.js';
import {type SenderRecord, withMail} from '../../src/submission/sender-record.js';

export const limits: LimitSettings = {perHour: 300, perDay: 2000, perMessage: 500};

export const mail = (
  record: SenderRecord,
  recipients: number,
  atMs: number,
  clip: Clip = {size: 300, weekly: 300},
): SenderRecord =>
  withMail(
    record,
    {
      ...{kind: 'mail', sender: 'uid:1001', atMs, recipients, vouched: 'no'},
      ...{place: {host: 'h', queueId: 'q'}, from: 'a@example.org', peer: ''},
    },
    clip,
  );

export function asked(record: SenderRecord, more: Partial<Question> = {}): Alarm | undefined {
  const {lastMs: nowMs} = record;
  const known = {bookFirstMs: record.firstMs, exempt: undefined, count: 'all'} as const;
  return alarmOf({sender: 'uid:1001', record, nowMs, ...known, ...more}, limits);
}
