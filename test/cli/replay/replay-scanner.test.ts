/**
 * `replay` steps over the lines that cannot matter. What it says is what the guard says that is given
 * every line: who would have been blocked, when and why, and how much was counted.
 */
import {mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {isoTime} from '../../../src/base/time-text.js';
import {replay} from '../../../src/cli/replay/replay.js';
import {Guard} from '../../../src/guard/guard.js';
import {askNobody} from '../../../src/guard/joining.js';
import type {Outcome} from '../../../src/guard/outcome.js';
import {guardSettings} from '../../../src/guard/settings.js';
import {emptyState} from '../../../src/guard/state.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {collected, configWith} from '../support.js';
import {syntheticLog} from '../synthetic-log.js';
import {linesOf, readMs} from '../../scan/oracle.js';

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-replay-'));
afterAll(() => rmSync(folder, {recursive: true}));
const path = join(folder, 'mail.log');
const config = configWith(['--threshold=3']);
const noFriends = new Exemptions(parseWhitelist('none', ''), undefined, []);

async function replayed(log: string): Promise<unknown> {
  writeFileSync(path, log, 'latin1');
  utimesSync(path, readMs / 1000, readMs / 1000);
  const {output, log: sayings, printed} = collected();
  expect(await replay([path], config, {form: 'json'}, sayings, output)).toBe(0);
  const {limits, ...verdicts} = JSON.parse(printed()) as Record<string, unknown>;
  expect(limits).toMatchObject({blocksBegin: 'whenClientNamed', threshold: 3});
  return verdicts;
}

const sweepMs = 3_600_000;

/** The same of the guard, line by line. */
function guarded(log: string): unknown {
  const state = emptyState('unsaved');
  const guard = new Guard(guardSettings(config, 'elsewhere', 'past', sendmail), state);
  const frames = sendmail.frames();
  const outcomes: Outcome[] = [];
  let hour = 0;
  const lines = linesOf(log).filter(({text}) => text !== '');
  for (const line of lines) {
    const framed = frames.read({source: path, ...line}, readMs);
    if (framed.kind === 'none') continue;
    const {record} = framed;
    const now = Math.floor(record.atMs / sweepMs);
    for (hour ||= now; hour < now;) outcomes.push(...guard.sweep(++hour * sweepMs));
    outcomes.push(...guard.take(record, readMs, noFriends, askNobody));
  }
  outcomes.push(...guard.sweep(Number.MAX_SAFE_INTEGER));
  return {lines: lines.length, files: 1, ...sums(outcomes)};
}

const isOfRecipient = (outcome: Outcome): boolean =>
  outcome.kind === 'counted' &&
  ['unknownRecipient', 'undeliverable'].includes(outcome.evidence.kind);

function sums(outcomes: readonly Outcome[]): Record<string, unknown> {
  const count = (wanted: (outcome: Outcome) => boolean): number => outcomes.filter(wanted).length;
  return {
    unknownRecipients: count(isOfRecipient),
    otherSigns: count((outcome) => outcome.kind === 'counted' && !isOfRecipient(outcome)),
    exempt: count(({kind}) => kind === 'exempt'),
    paid: count(({kind}) => kind === 'paid'),
    unproven: count(({kind}) => kind === 'unproven'),
    unresolved: outcomes.reduce((sum, o) => sum + (o.kind === 'unresolved' ? o.recipients : 0), 0),
    disputed: count(({kind}) => kind === 'dispute'),
    brakes: expect.any(Array),
    blocks: outcomes.flatMap((outcome) => {
      if (outcome.kind !== 'block') return [];
      const {network, fromMs, untilMs, reason} = outcome.block;
      const times = {fromTime: isoTime(fromMs), untilTime: isoTime(untilMs)};
      return [{network, fromMs, untilMs, ...times, repeat: outcome.repeat, reason}];
    }),
  };
}

test('replay gives for any log the same result as the guard that reads every line', async () => {
  let blocks = 0;
  await fc.assert(
    fc.asyncProperty(syntheticLog, async (log) => {
      const expected = guarded(log);
      blocks += (expected as {blocks: unknown[]}).blocks.length;
      expect(await replayed(log)).toEqual(expected);
    }),
    {numRuns: 150},
  );
  expect(blocks).toBeGreaterThan(50);
});
