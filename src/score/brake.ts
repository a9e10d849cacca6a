/**
 * Decides whether a block that the evidence asks for is made now. Two brakes: so many blocks in a
 * minute, and the stop. When several good senders (`good-senders.ts`) would be blocked within ten minutes
 * then not they are wrong, but the relay's list of users: every name is unknown, and all who write to
 * us would be shut out. So nobody is blocked any more until the operator has looked and resumes.
 *
 * Does not see the operator's own blocks, nor whoever is exempt. Evidence goes on being scored.
 */
import {isWithin} from '../base/mechanisms/elapsed.js';
import type {Table} from '../base/mechanisms/table.js';
import {type Offender, withoutScore} from './offender.js';
import {GoodSenders, type Sender} from './good-senders.js';

export interface BrakeSettings {
  /** Blocks that can stand at once, the operator's too. A count. */
  readonly blocksMax: number;
  /** Blocks that evidence can make in one minute of the clock. A count. */
  readonly blocksPerMinute: number;
  /** Good senders within `waveMs` at which blocking stops. A count; 0: it never does. */
  readonly goodSendersMax: number;
}

interface WaveSender {
  readonly client: string;
  /** When it was blocked, or would have been. Log time, ms since the epoch. */
  readonly atMs: number;
}

export interface Stop {
  /** By the clock, not the log. Ms since the epoch. */
  readonly sinceMs: number;
  /** The good senders that made it stop. */
  readonly clients: readonly string[];
  /** Blocks that were not made, each once however often its client went on. A count. */
  readonly heldBack: number;
}

/** Plain data: it is saved as it is. */
export type BrakeState =
  /** Good senders that were blocked of late, fewer than `goodSendersMax`. */
  | {readonly kind: 'free'; readonly wave: readonly WaveSender[]}
  | ({readonly kind: 'stopped'} & Stop);

/** How things stand, for people. */
export type BrakeView = {readonly kind: 'free'} | ({readonly kind: 'stopped'} & Stop);

interface BrakeTables {
  readonly senders: Table<Sender>;
  /** Under `onlyKey`, if anything is to be remembered. */
  readonly brake: Table<BrakeState>;
}

export type BrakeDecision =
  | {readonly kind: 'free'}
  | {readonly kind: 'heldBack'; readonly why: 'minute' | 'stop'}
  /** This block is not made, and those of these clients are taken back. */
  | {readonly kind: 'stop'; readonly stop: Stop};

/** Who is about to be blocked. */
export interface Suspect {
  readonly client: string;
  readonly offender: Offender;
  /** When the block would begin. Ms since the epoch. */
  readonly atMs: number;
  /** `further`: it would have been blocked before, and is held back. */
  readonly sign: 'first' | 'further';
}

/** Good senders that are blocked within so long of one another are one wave. Ms. */
export const waveMs = 10 * 60_000;

/** While it stands the stop is told again each so long. Ms. */
export const tellAgainMs = 10 * 60_000;

const minuteMs = 60_000;
const onlyKey = 'brake';

export class Brake {
  readonly #settings: BrakeSettings;
  readonly #tables: BrakeTables;
  readonly #senders: GoodSenders;
  /** The minute of the clock, and the blocks made in it. A restart begins it anew. */
  #minute = 0;
  #made = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(settings: BrakeSettings, tables: BrakeTables) {
    this.#settings = settings;
    this.#tables = tables;
    this.#senders = new GoodSenders(tables.senders);
  }

  /** Mail of the client was accepted. */
  accepted(client: string, atMs: number): void {
    // Who never stops needs no good senders.
    if (this.#settings.goodSendersMax > 0) this.#senders.accepted(client, atMs);
  }

  /** @param isExempt of a client that was no friend when it was blocked: it may have become one */
  decide(suspect: Suspect, nowMs: number, isExempt: (client: string) => boolean): BrakeDecision {
    const {client, offender, atMs} = suspect;
    const before = this.#tables.brake.get(onlyKey);
    if (before?.kind === 'stopped') {
      const heldBack = before.heldBack + (suspect.sign === 'first' ? 1 : 0);
      this.#tables.brake.set(onlyKey, {...before, heldBack});
      return {kind: 'heldBack', why: 'stop'};
    }
    const {goodSendersMax} = this.#settings;
    if (goodSendersMax > 0 && this.#senders.isGood(client, offender.firstMs, atMs)) {
      const others = (before?.wave ?? []).filter((each) => !isExempt(each.client));
      const wave = joinWave(others, {client, atMs}, nowMs);
      if (wave.length >= goodSendersMax) return this.#stop(wave, nowMs);
      this.#tables.brake.set(onlyKey, {kind: 'free', wave});
    }
    return this.#hasPlace(nowMs) ? {kind: 'free'} : {kind: 'heldBack', why: 'minute'};
  }

  /**
   * Ends the stop. The senders that made it lose their good name, or they could make it again and
   * again; the operator has seen who they are. They and all good senders begin anew: else the first
   * wrong name would block those whom a broken list had collected hundreds.
   *
   * @returns undefined when there is none
   */
  resume(offenders: Table<Offender>, nowMs: number): Stop | undefined {
    const stop = stopOf(this.#tables, nowMs);
    if (stop === undefined) return undefined;
    const named = new Set(stop.clients);
    for (const [client, offender] of offenders.entries()) {
      // As of the stop: good senders may not have got a mail through since.
      const isGood = this.#senders.isGood(client, offender.firstMs, stop.sinceMs);
      if (named.has(client) || isGood) offenders.replace(client, withoutScore(offender));
    }
    for (const client of named) this.#senders.loseName(client);
    this.#tables.brake.delete(onlyKey);
    return stop;
  }

  /** @returns the stop, if it is time to tell of it again */
  sweep(nowMs: number): Stop | undefined {
    this.#senders.sweep(nowMs);
    const stop = stopOf(this.#tables, nowMs);
    if (stop === undefined) return undefined;
    if (isWithin(this.#toldMs, tellAgainMs, nowMs)) return undefined;
    this.#toldMs = nowMs;
    return stop;
  }

  #stop(wave: readonly WaveSender[], nowMs: number): BrakeDecision {
    const stop = {sinceMs: nowMs, clients: wave.map(({client}) => client), heldBack: 1};
    this.#tables.brake.set(onlyKey, {kind: 'stopped', ...stop});
    this.#toldMs = nowMs;
    return {kind: 'stop', stop};
  }

  /** Minutes of the clock and not a span of time: a clock that is set back cannot jam it. */
  #hasPlace(nowMs: number): boolean {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) [this.#minute, this.#made] = [minute, 0];
    if (this.#made >= this.#settings.blocksPerMinute) return false;
    this.#made += 1;
    return true;
  }
}

/** The wave with one more sender, and without those who are too far behind the newest. */
function joinWave(
  others: readonly WaveSender[],
  one: WaveSender,
  nowMs: number,
): readonly WaveSender[] {
  const all = [...others.filter(({client}) => client !== one.client), one]
    // What was noted while the clock was ahead happened now.
    .map(({client, atMs}) => ({client, atMs: Math.min(atMs, nowMs)}));
  // Not the newest in order: of several logs one may be read late.
  const newestMs = Math.max(...all.map(({atMs}) => atMs));
  return all.filter(({atMs}) => newestMs - atMs < waveMs);
}

export function brakeView(tables: Pick<BrakeTables, 'brake'>, nowMs: number): BrakeView {
  const stop = stopOf(tables, nowMs);
  return stop === undefined ? {kind: 'free'} : {kind: 'stopped', ...stop};
}

function stopOf({brake}: Pick<BrakeTables, 'brake'>, nowMs: number): Stop | undefined {
  const state = brake.get(onlyKey);
  if (state?.kind !== 'stopped') return undefined;
  const {sinceMs, clients, heldBack} = state;
  return {sinceMs: Math.min(sinceMs, nowMs), clients, heldBack};
}
