/**
 * The record of one sender: the last 72 hours, and what is normal for it (`normal.ts`).
 * It has sums only, and no recipients. `limits.ts` decides which sums are too large.
 */
import {domainCount, emptySketch, union, withDomains} from './whose/domains.js';
import type {Fact, Vouched} from './whose/fact.js';
import {type Clip, learned, newNormal, type Normal} from './normal.js';
import {type Strangers, strangersMended, withStrangers} from './strangers.js';

export const hourMs = 3_600_000;
/** At most so many hours are kept. A count: they cover a weekend. */
export const keptHours = 72;
/** At most so many senders are remembered. A count: 80 MB if each record had the largest size. */
export const mostSenders = 20_000;
/**
 * Size of a record as JSON. Bytes: 72 busy hours of three digits, all hours of the week learned, 0.7 kB
 * for known recipients.
 */
export const mostRecordBytes = 4096;
/** At most so many addresses and scripts of a sender are shown. Counts. */
const mostFroms = 3;
const shownCharacters = 48;

/** One hour: its offset from `baseHour`, and counts. */
type HourRow = readonly [
  offset: number,
  recipients: number,
  messages: number,
  failed: number,
  deferred: number,
  /** Recipients whose sender more than a line of a log proves. */
  vouched: number,
];

/** Plain data, saved unchanged under the sender's key. */
export interface SenderRecord {
  readonly firstMs: number;
  readonly lastMs: number;
  /** Whole hours since the epoch. */
  readonly baseHour: number;
  readonly hours: readonly HourRow[];
  readonly normal: Normal;
  /** The domains of a day, in days since the epoch, and of the day before. */
  readonly day: number;
  readonly domains: readonly [today: string, before: string];
  /** The most frequent addresses as they were typed, and about how many recipients each had. */
  readonly froms: readonly (readonly [text: string, recipients: number])[];
  readonly scripts?: readonly (readonly [text: string, recipients: number])[] | undefined;
  /** The largest message of an hour and of the one before. Absent: an earlier version did not note it. */
  readonly largest?: readonly [hour: number, recipients: number, before: number] | undefined;
  /** Absent: no line has named a recipient of this sender. */
  readonly strangers?: Strangers | undefined;
  /** When the last warning was. Ms since the epoch, of the log. */
  readonly warnedMs?: number | undefined;
  /** The same for alarms by learned limits: these must not silence other alarms. */
  readonly learnedMs?: number | undefined;
}

export const newRecord = (atMs: number): SenderRecord => ({
  firstMs: atMs,
  lastMs: atMs,
  baseHour: hourOf(atMs) - keptHours,
  hours: [],
  normal: newNormal,
  day: dayOf(atMs),
  domains: [emptySketch, emptySketch],
  froms: [],
});

export const hourOf = (atMs: number): number => Math.floor(atMs / hourMs);
const dayOf = (atMs: number): number => Math.floor(atMs / (24 * hourMs));

/** Forgets what was noted while the clock was ahead, because it would keep the present from being counted. */
export function mended(
  record: SenderRecord | undefined,
  latestMs: number,
): SenderRecord | undefined {
  if (record === undefined) return record;
  const {baseHour, normal, strangers} = record;
  // Delivered mail changes only the time of the strangers.
  if (Math.max(record.lastMs, strangers?.atMs ?? 0) <= latestMs) return record;
  const latest = hourOf(latestMs);
  return {
    ...record,
    firstMs: Math.min(record.firstMs, latestMs),
    lastMs: Math.min(record.lastMs, latestMs),
    hours: record.hours.filter(([offset]) => baseHour + offset <= latest),
    normal: normal.untilHour > latest ? {...normal, untilHour: latest} : normal,
    day: Math.min(record.day, dayOf(latestMs)),
    largest: (record.largest?.[0] ?? 0) > latest ? undefined : record.largest,
    ...(strangers && {strangers: strangersMended(strangers, latestMs)}),
  };
}

type Counts = readonly [
  recipients: number,
  messages: number,
  failed: number,
  deferred: number,
  vouched: number,
];

/** @param clip at most so many recipients of one hour are learned as normal */
export function withMail(
  record: SenderRecord,
  {atMs, recipients, vouched, from}: Extract<Fact, {kind: 'mail'}>,
  clip: Clip,
): SenderRecord {
  const learnt = withLearned(record, hourOf(atMs), clip);
  const counted = withCounts(learnt, atMs, [recipients, 1, 0, 0, vouchedOf(vouched, recipients)]);
  const froms = from === '' ? counted.froms : withShown(counted.froms, from, recipients);
  const largest = withLargest(record.largest, hourOf(atMs), recipients);
  return {...counted, firstMs: Math.min(record.firstMs, atMs), froms, largest};
}

/** A line that comes late changes its own hour only. */
function withLargest(
  [hour, now, before]: NonNullable<SenderRecord['largest']> = [0, 0, 0],
  at: number,
  recipients: number,
): NonNullable<SenderRecord['largest']> {
  if (at === hour) return [hour, Math.max(now, recipients), before];
  if (at === hour - 1) return [hour, now, Math.max(before, recipients)];
  return at < hour ? [hour, now, before] : [at, recipients, at === hour + 1 ? now : 0];
}

/** @param script hostile text of a header */
export const withScript = (
  record: SenderRecord,
  script: string,
  recipients: number,
): SenderRecord => ({
  ...record,
  // A copy, because a part of a control file's text would keep the whole file in memory.
  scripts: withShown(
    record.scripts ?? [],
    script.slice(0, shownCharacters).split('').join(''),
    recipients,
  ),
});

/** @param room the least room for strangers that the sender has */
export function withTold(
  record: SenderRecord,
  fact: Extract<Fact, {kind: 'told'}>,
  room: number,
): SenderRecord {
  const {atMs, outcome, recipients, domains} = fact;
  const [failed, deferred] = [
    outcome === 'failed' ? recipients : 0,
    outcome === 'deferred' ? recipients : 0,
  ];
  const counted =
    failed + deferred === 0 ? record : withCounts(record, atMs, [0, 0, failed, deferred, 0]);
  const strangers = withStrangers(record.strangers, fact, room);
  return {...withDay(counted, dayOf(atMs), domains), ...(strangers && {strangers})};
}

const vouchedOf = (vouched: Vouched, recipients: number): number =>
  vouched === 'yes' ? recipients : 0;

function withCounts(record: SenderRecord, atMs: number, add: Counts): SenderRecord {
  const hour = hourOf(atMs);
  const {baseHour, hours} = record;
  const lastMs = Math.max(record.lastMs, atMs);
  const oldest = hourOf(lastMs) - keptHours + 1;
  // The hour is older than all that are kept.
  if (hour < oldest) return record;
  const kept =
    oldest === baseHour
      ? [...hours]
      : hours.flatMap(([offset, ...counts]): HourRow[] => {
          const at = baseHour + offset;
          return at < oldest ? [] : [[at - oldest, ...counts]];
        });
  const at = kept.findIndex(([offset]) => offset === hour - oldest);
  const [, ...before] = kept[at] ?? [0, 0, 0, 0, 0, 0];
  const sum = before.map((count, i) => count + (add[i] ?? 0));
  const row = [hour - oldest, ...sum] as unknown as HourRow;
  if (at >= 0) kept[at] = row;
  else kept.push(row);
  return {...record, lastMs, baseHour: oldest, hours: kept};
}

/** Learns the normal from hours that are over, each once. */
function withLearned(record: SenderRecord, presentHour: number, clip: Clip): SenderRecord {
  const {normal, hours, baseHour} = record;
  // The first mail of the present hour has learned all hours before it.
  if (hours.some(([offset, recipients]) => baseHour + offset === presentHour && recipients > 0))
    return record;
  const over = hours
    .map(([offset, recipients]) => ({hour: baseHour + offset, recipients}))
    .filter(({hour, recipients}) => hour > normal.untilHour && hour < presentHour && recipients > 0)
    .sort((a, b) => a.hour - b.hour);
  if (over.length === 0) return record;
  return {
    ...record,
    normal: over.reduce(
      (known, {hour, recipients}) => learned(known, hour, recipients, clip),
      normal,
    ),
  };
}

function withDay(record: SenderRecord, day: number, added: readonly string[]): SenderRecord {
  if (added.length === 0) return record;
  const [today, before] = record.domains;
  if (day === record.day) return {...record, domains: [withDomains(today, added), before]};
  if (day === record.day - 1) return {...record, domains: [today, withDomains(before, added)]};
  if (day < record.day) return record;
  const last = day === record.day + 1 ? today : emptySketch;
  return {...record, day, domains: [withDomains(emptySketch, added), last]};
}

/** The new entry replaces the least frequent one and takes over its count, so that no frequent entry is ever lost. */
function withShown(
  shown: readonly (readonly [string, number])[],
  text: string,
  count: number,
): readonly (readonly [string, number])[] {
  const cut = text.slice(0, shownCharacters);
  const known = shown.find(([each]) => each === cut);
  const others = shown.filter((each) => each !== known);
  const sorted = [...others].sort(([, a], [, b]) => b - a);
  const room = known === undefined && sorted.length >= mostFroms ? sorted.pop() : undefined;
  return [...sorted, [cut, (known?.[1] ?? room?.[1] ?? 0) + count]];
}

export interface Sum {
  readonly recipients: number;
  readonly messages: number;
  readonly failed: number;
  readonly deferred: number;
  readonly vouched: number;
}

/** The sum since an hour, with that hour. @param sinceHour whole hours since the epoch */
export function sumSince(
  {hours, baseHour}: SenderRecord,
  sinceHour: number,
  untilHour = Number.POSITIVE_INFINITY,
): Sum {
  const sum = {recipients: 0, messages: 0, failed: 0, deferred: 0, vouched: 0};
  for (const row of hours) {
    const hour = baseHour + row[0];
    if (hour < sinceHour || hour > untilHour) continue;
    sum.recipients += row[1];
    sum.messages += row[2];
    sum.failed += row[3];
    sum.deferred += row[4];
    sum.vouched += row[5];
  }
  return sum;
}

/**
 * The sum of the last 60 minutes: the present hour, and a part of the one before. So a sender cannot get twice the
 * limit by sending around the full hour.
 */
export function lastHour(record: SenderRecord, nowMs: number): Sum {
  const hour = hourOf(nowMs);
  const [now, before] = [sumSince(record, hour, hour), sumSince(record, hour - 1, hour - 1)];
  const part = 1 - (nowMs - hour * hourMs) / hourMs;
  const of = (name: keyof Sum): number => Math.floor(now[name] + before[name] * part);
  return {
    recipients: of('recipients'),
    messages: of('messages'),
    failed: of('failed'),
    deferred: of('deferred'),
    vouched: of('vouched'),
  };
}

/** The recipients of the largest message of the last 60 minutes, as they count in `lastHour`. */
export function largestMessage({largest = [0, 0, 0]}: SenderRecord, nowMs: number): number {
  const [at, recipients, before] = largest;
  const hour = hourOf(nowMs);
  const part = 1 - (nowMs - hour * hourMs) / hourMs;
  if (at === hour) return Math.max(recipients, Math.ceil(before * part));
  return at === hour - 1 ? Math.ceil(recipients * part) : 0;
}

/** About how many domains the sender wrote to today and yesterday. A count. */
export const domainsOf = ({domains: [today, before]}: SenderRecord): number =>
  domainCount(union(today, before));
