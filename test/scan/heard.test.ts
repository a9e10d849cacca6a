/**
 * What the judge hears of a log does not depend on the scanner: the same refusals, deliveries and ends
 * of envelopes, in the same order, as of every line. So it cannot come to another verdict, whatever its
 * rules are. Lines tell of it at every LogLevel.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {Guard} from '../../src/guard/guard.js';
import {emptyState} from '../../src/guard/state.js';
import {Envelopes} from '../../src/mail/envelopes.js';
import type {JoinOutcome} from '../../src/mail/join-outcome.js';
import {type ScanRules, lineScan} from '../../src/scan/scanner.js';
import {syntheticLog} from '../cli/synthetic-log.js';
import {settings} from '../score/samples.js';
import {linesGiven, readMs} from './oracle.js';

/** How often what is over is forgotten, as in a replay: at full hours of the log. Ms. */
const sweepMs = 3_600_000;

/** What comes of the lines that are given under these rules. */
interface Heard {
  /** What the judge hears, in its order. */
  readonly outcomes: readonly JoinOutcome[];
  /** Recipients that were never tied to a client: told at each sweep, so in no order. A count. */
  readonly unresolved: number;
}

function heard(log: string, rules: ScanRules): Heard {
  const state = emptyState('unsaved');
  const guard = new Guard(settings, state);
  const envelopes = new Envelopes(emptyState('unsaved'), 100, settings.dialect.authorshipOf);
  const frames = settings.dialect.frames();
  const outcomes: JoinOutcome[] = [];
  let hour = 0;
  for (const line of linesGiven(lineScan(rules, settings.mailerNames), log, [])) {
    const framed = frames.read({source: 'log', ...line}, readMs);
    if (framed.kind === 'none') continue;
    const now = Math.floor(framed.record.atMs / sweepMs);
    for (hour ||= now; hour < now;) outcomes.push(...envelopes.forgetSilent(++hour * sweepMs));
    const reading = guard.read(framed.record);
    if (reading.kind === 'event') outcomes.push(...envelopes.take(reading.record, reading.event));
  }
  outcomes.push(...envelopes.forgetSilent(Number.MAX_SAFE_INTEGER));
  return {
    outcomes: outcomes.filter(({kind}) => kind !== 'unresolved'),
    unresolved: outcomes.reduce(
      (sum, each) => sum + (each.kind === 'unresolved' ? each.recipients : 0),
      0,
    ),
  };
}

const ofScanner = (log: string): Heard => heard(log, settings.dialect.scan);
const ofEveryLine = (log: string): Heard => heard(log, {kind: 'everyLine'});

describe('the judge hears the same of the lines that the scanner gives as of all', () => {
  test.each(
    ['', 'recorded/', 'verdicts/'].flatMap((folder) =>
      readdirSync(new URL(`../data/${folder}`, import.meta.url))
        .filter((name) => name.endsWith('.log'))
        .map((name) => folder + name),
    ),
  )('%s', (name) => {
    const log = readFileSync(new URL(`../data/${name}`, import.meta.url), 'latin1');
    expect(ofScanner(log)).toEqual(ofEveryLine(log));
  });

  test('any log, with guessers, honest mail and users who log in', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(syntheticLog, (log) => {
        const all = ofEveryLine(log);
        for (const {kind} of all.outcomes) kinds.add(kind);
        if (all.unresolved > 0) kinds.add('unresolved');
        expect(ofScanner(log)).toEqual(all);
      }),
      {numRuns: 150},
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining(['evidence', 'delivered', 'envelopeEnded', 'unresolved']),
    );
  });
});
