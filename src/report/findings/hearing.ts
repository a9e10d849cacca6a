/**
 * What `doctor` finds about the log: which files the daemon follows, and whether it hears the mailer there. Also the
 * settings with which the daemon runs, if they differ from those here.
 */
import {countText} from '../../base/count.js';
import {aboutText} from '../../base/duration.js';
import {printable} from '../../base/printable.js';
import type {SourceView} from '../../hearing/view.js';
import {offsetText} from '../hearing/lines.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from '../finding.js';

/** The mailer writes a line at least once in this time, because sendmail's queue runs write some. Seconds. */
const longestQuietSeconds = 24 * 3600;

export function hearingFindings({status, nowMs}: Facts): Finding[] {
  if ('unavailable' in status || status.sinceMs === undefined) return [];
  const {why, sources} = status.hearing;
  return [
    ...why.map((each) => bad(`the mailer is not heard: ${each}`)),
    ...sources.flatMap((source) => ofSource(source, nowMs)),
  ];
}

function ofSource(view: SourceView, nowMs: number): Finding[] {
  const {verdict, lines, understood, notes, sinceMs} = view;
  const path = printable(view.source, 200);
  const offset = offsetText(view.offsetSeconds).map(
    (each) =>
      `${each}: see that the syslog daemon, its host and blocksmtp have the same time zone and clock`,
  );
  const found = [...notes, ...offset].map((note) => advice(`${path}: ${note}`));
  const heard = `the daemon reads ${path}: ${countText(lines, 'line')}, ${understood} about clients`;
  switch (verdict) {
    case 'deaf':
      return found;
    case 'hears':
      return [good(heard), ...found];
    case 'quiet': {
      const seconds = Math.floor((nowMs - sinceMs) / 1000);
      const quiet = `${heard}, for ${aboutText(seconds)}`;
      return [seconds < longestQuietSeconds ? good(quiet) : advice(quiet), ...found];
    }
  }
}

/** Length of a value. Characters. */
const valueCharacters = 80;

export function settingsFindings({differences}: Facts): Finding[] {
  return differences.map(({key, daemon, here}) => {
    const [runs, says] = [daemon, here].map((value) => printable(value, valueCharacters));
    return advice(
      `the daemon runs with ${key} = ${runs}, the configuration here says ${says}: flags go before the file, and a changed file needs a reload`,
    );
  });
}
