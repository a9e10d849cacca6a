/**
 * The followed logs, and what the daemon reads there, as lines. `hearing/words.ts` says why the mailer is not
 * heard.
 */
import {countText} from '../../base/count.js';
import {aboutText, durationText} from '../../base/duration.js';
import {printable} from '../../base/printable.js';
import type {HearingView, IgnoredBy, SourceView} from '../../hearing/view.js';

/** At most so many sources are shown one by one. A count: a pattern may match many files. */
const mostSources = 12;
/** Length of a path. Characters. */
const pathCharacters = 200;

/** A line for each source, and a line for each problem. */
export function hearingLines({sources, why}: HearingView, nowMs: number): string[] {
  const left = sources.length - mostSources;
  return [
    ...sources.slice(0, mostSources).flatMap((source) => sourceLines(source, nowMs)),
    ...(left > 0 ? [`and ${countText(left, 'log')} more`] : []),
    ...why.map((each) => `the mailer is NOT HEARD: ${each}`),
  ];
}

function sourceLines(view: SourceView, nowMs: number): string[] {
  const {source, verdict, lines, mailerLines, understood, signs, behindBytes, notes} = view;
  const ago = (ms: number | undefined): string =>
    ms === undefined
      ? 'none yet'
      : `${aboutText(Math.max(0, Math.round((nowMs - ms) / 1000)))} ago`;
  const parts = [
    `${countText(lines, 'line')}, ${mailerLines} of the mailer, ${understood} about clients, ${countText(signs, 'sign')}`,
    ...(lines === 0 ? [`silent for ${ago(view.sinceMs).replace(' ago', '')}`] : []),
    ...(lines === 0 ? [] : [`last line ${ago(view.lastLineMs)}`]),
    ...(lines === 0 ? [] : [`last sign ${ago(view.lastSignMs)}`]),
    ...lagText(view, nowMs),
    ...(behindBytes === undefined || behindBytes === 0
      ? []
      : [`${behindBytes} bytes behind its end`]),
  ];
  const path = printable(source, pathCharacters);
  return [
    `follows ${path}, ${verdict}: ${parts.join(', ')}${ignoredText(view)}`,
    ...notes.map((note) => `${path}: ${note}`),
  ];
}

/** A stamp that differs from now by at least so much is shown. Seconds. */
const leastLagSeconds = 60;

function lagText({newestStampMs, lastLineMs, offsetSeconds}: SourceView, nowMs: number): string[] {
  const offset = offsetText(offsetSeconds);
  if (newestStampMs === undefined || lastLineMs === undefined) return offset;
  const lag = Math.round((Math.min(lastLineMs, nowMs) - newestStampMs) / 1000);
  if (Math.abs(lag) < leastLagSeconds) return offset;
  const text = `${aboutText(Math.abs(lag))} ${lag > 0 ? 'behind' : 'ahead of'} the clock`;
  return [...offset, `the newest stamp ${text}`];
}

/** @param seconds the correction of the stamps; more than 0: they are behind */
export function offsetText(seconds: number | undefined): string[] {
  if (seconds === undefined || seconds === 0) return [];
  const side = seconds > 0 ? 'behind' : 'ahead of';
  return [
    `its stamps are ${durationText(Math.abs(seconds))} ${side} this machine's clock, corrected`,
  ];
}

const reasons: Readonly<Record<IgnoredBy, string>> = {
  noFrame: 'without a known frame',
  otherProgram: 'of other programs',
  otherHost: 'of other hosts',
  otherWriter: 'not written by the mailer',
  piece: 'pieces of messages',
  noClient: 'with nothing about a client',
};

function ignoredText({ignored, programs}: SourceView): string {
  const parts = Object.entries(ignored).flatMap(([by, count]) =>
    count === 0 ? [] : `${count} ${reasons[by as IgnoredBy]}${namesText(by, programs)}`,
  );
  return parts.length === 0 ? '' : `; not counted: ${parts.join(', ')}`;
}

const namesText = (by: string, programs: SourceView['programs']): string =>
  by === 'otherProgram' && programs.length > 0
    ? ` (${programs.map(({name, lines}) => `\`${name.replaceAll('`', "'")}\` ${lines}`).join(', ')})`
    : '';
