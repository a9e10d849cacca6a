/**
 * The offsets of all writers. Each host in each log has its own, because many hosts may write to a
 * central log. Decides when to report a change; `stamp-offset.ts` finds the offset.
 */
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {isWithin} from '../../base/mechanisms/elapsed.js';
import type {LogRecord} from '../record.js';
import {nearMs, type SeenStamp, StampOffset} from './stamp-offset.js';

/** Hosts whose offset is remembered. A count: more mailers than any central log has. */
export const mostWriters = 4096;
/**
 * The pause between two reports about one writer. Ms: a queue may look like an offset for a moment.
 */
const tellAgainMs = 10 * 60_000;

export interface ClockOffset {
  /** The log, by its path. */
  readonly source: string;
  /** As the log writes it; '' if it writes none. */
  readonly host: string;
  /** What is added to its stamps: more than 0 if they are behind this machine's clock. */
  readonly seconds: number;
}

interface Writer {
  readonly source: string;
  readonly host: string;
  readonly offset: StampOffset;
  toldMs: number;
  toldAtMs: number;
}

export class StampOffsets {
  readonly #writers = new BoundedMap<string, Writer>(mostWriters);

  /** The offsets that are large enough to be shown to people. */
  get view(): readonly ClockOffset[] {
    return [...this.#writers.entries()]
      .filter(([, {offset}]) => Math.abs(offset.offsetMs) >= nearMs)
      .map(([, writer]) => viewOf(writer));
  }

  /**
   * @param nowMs by this machine's clock; ms since the epoch
   * @returns the record with the time at which it was written, and what to report about its writer
   */
  take(
    source: string,
    record: LogRecord,
    seen: Omit<SeenStamp, 'stampMs'>,
    nowMs: number,
  ): {readonly record: LogRecord; readonly changed: ClockOffset | undefined} {
    const writer = this.#writerOf(source, record.host);
    const atMs = writer.offset.take({stampMs: record.atMs, ...seen}, nowMs);
    const corrected = atMs === record.atMs ? record : {...record, atMs};
    return {record: corrected, changed: changeOf(writer, nowMs)};
  }

  #writerOf(source: string, host: string): Writer {
    const key = `${host}\n${source}`;
    const known = this.#writers.get(key);
    if (known !== undefined) return known;
    const writer = {source, host, offset: new StampOffset(), toldMs: 0, toldAtMs: -Infinity};
    this.#writers.set(key, writer);
    return writer;
  }
}

function changeOf(writer: Writer, nowMs: number): ClockOffset | undefined {
  const {offset, toldMs, toldAtMs} = writer;
  if (Math.abs(offset.offsetMs - toldMs) < nearMs) return undefined;
  if (isWithin(toldAtMs, tellAgainMs, nowMs)) return undefined;
  [writer.toldMs, writer.toldAtMs] = [offset.offsetMs, nowMs];
  return viewOf(writer);
}

const viewOf = ({source, host, offset}: Writer): ClockOffset => ({
  source,
  host,
  seconds: offset.offsetMs / 1000,
});
