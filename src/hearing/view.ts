/**
 * What the daemon hears, for people and monitoring: plain data that is sent through the control socket.
 */
import type {Heard} from './heard.js';
import {type Hearing, missedBy} from './judge.js';
import type {Counted} from './tally.js';
import {deafText, missedText, type WantedSettings} from './words.js';

export type Verdict = Hearing['kind'];

/** One source. Counts since the daemon started under this configuration; times in ms since the epoch. */
export interface SourceView {
  /** A path, a pattern without a matching log, or `journal`. */
  readonly source: string;
  readonly verdict: Verdict;
  /** Why the mailer is not heard, and what would help; empty: it is heard, or quiet. */
  readonly why: string;
  /** Lines that do not count, perhaps on purpose. */
  readonly notes: readonly string[];
  readonly sinceMs: number;
  readonly lines: number;
  readonly mailerLines: number;
  /** Lines about a client, and those of them that count against one. */
  readonly understood: number;
  readonly signs: number;
  /** Lines that do not count, by reason. */
  readonly ignored: Readonly<Record<IgnoredBy, number>>;
  /** The most frequent programs since the last line about a client. */
  readonly programs: readonly Counted[];
  readonly hosts: readonly Counted[];
  readonly lastLineMs: number | undefined;
  readonly lastSignMs: number | undefined;
  readonly newestStampMs: number | undefined;
  /** How many bytes at the end of the file have not been read; undefined: no file, or unknown. */
  readonly behindBytes: number | undefined;
  /** By how much the stamps are behind the clock, if that was corrected. Seconds. */
  readonly offsetSeconds?: number | undefined;
}

export type IgnoredBy =
  'noFrame' | 'otherProgram' | 'otherHost' | 'otherWriter' | 'piece' | 'noClient';

export interface HearingView {
  /** `deaf`: this is certain for one source or for all together; `hears`: something was understood. */
  readonly verdict: Verdict;
  /** The reasons for `deaf`, over all sources; else empty. */
  readonly why: readonly string[];
  readonly names: readonly string[];
  readonly host: string | undefined;
  readonly sources: readonly SourceView[];
}

/** The answer of a command if no daemon runs. */
export const nobodyListens: HearingView = {
  verdict: 'quiet',
  why: [],
  names: [],
  host: undefined,
  sources: [],
};

export function sourceView(
  source: string,
  heard: Heard,
  hearing: Hearing,
  wanted: WantedSettings,
  behindBytes: number | undefined,
): SourceView {
  const {all, programs, hosts, sinceMs, understood, signs} = heard;
  const {noFrame, otherProgram, otherHost, otherWriter, piece, noClient} = all;
  const isDeaf = hearing.kind === 'deaf';
  return {
    source,
    verdict: hearing.kind,
    why: isDeaf ? deafText(hearing, wanted) : '',
    notes: isDeaf ? [] : missedBy(heard).map((missed) => missedText(missed, programs)),
    sinceMs,
    lines: all.lines,
    mailerLines: all.mailer,
    understood,
    signs,
    ignored: {noFrame, otherProgram, otherHost, otherWriter, piece, noClient},
    programs,
    hosts,
    lastLineMs: heard.lastLineMs,
    lastSignMs: heard.lastSignMs,
    newestStampMs: heard.newestStampMs,
    behindBytes,
  };
}

/** @param machine what concerns all sources together */
export function hearingView(
  sources: readonly SourceView[],
  machine: Hearing,
  wanted: WantedSettings,
): HearingView {
  const why = sources.flatMap(({source, why}) => (why === '' ? [] : `${source}: ${why}`));
  if (why.length === 0 && machine.kind === 'deaf') why.push(deafText(machine, wanted));
  const hears = sources.some(({verdict}) => verdict === 'hears') ? 'hears' : 'quiet';
  const {names, host} = wanted;
  return {verdict: why.length > 0 ? 'deaf' : hears, why, names, host, sources};
}
