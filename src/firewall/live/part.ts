/**
 * Reads, changes and removes one part of the kernel, once. `keeper.ts` decides what to believe
 * about it, and when to try again.
 */
import type {Call, CallResult, Part} from '../backend.js';
import {isAbsence} from '../iptables-calls.js';
import {nowMs} from '../../sys/run/clock.js';

export type RunCall = (call: Call) => Promise<CallResult>;

type Removal =
  /** `nothing`: there was nothing to remove, or not even the program that could have made it. */
  {readonly kind: 'removed' | 'nothing'} | {readonly kind: 'failed'; readonly why: string};

/** Removes what is ours in this part of the kernel. Reads it again before each try. */
export async function removePart<Actual>(part: Part<Actual>, run: RunCall): Promise<Removal> {
  let why = '';
  for (let left = removalTries; left > 0; left--) {
    const reading = await readPart(part, run);
    if (reading.kind !== 'read') {
      if (reading.kind === 'missing') return {kind: 'nothing'};
      why = reading.why;
      continue;
    }
    const {calls} = part.removal(reading.actual);
    const failure = await runAll(calls, run);
    if (failure === undefined) return {kind: calls.length === 0 ? 'nothing' : 'removed'};
    why = failure;
  }
  return {kind: 'failed', why};
}

/** Tries of a removal. A count: nobody tries again later, and another tool's change spoils one try. */
export const removalTries = 3;

/** The most calls to read one part of the kernel. A count: no backend reads more than two places. */
export const mostReads = 4;

export type PartRead<Actual> =
  | {readonly kind: 'read'; readonly actual: Actual}
  | {readonly kind: 'failed' | 'missing'; readonly why: string};

export async function readPart<Actual>(
  part: Part<Actual>,
  run: RunCall,
): Promise<PartRead<Actual>> {
  const results: CallResult[] = [];
  for (;;) {
    const reading = part.read(results, nowMs());
    if (reading.kind === 'read') return reading;
    if (reading.kind === 'unreadable') {
      // If one of the programs exists, it may have made the part, whatever else is missing.
      const isMissing = results.every(({kind}) => kind === 'missing');
      return {kind: isMissing ? 'missing' : 'failed', why: reading.why};
    }
    if (results.length === mostReads) throw new Error(`${part.name} is never read`);
    results.push(await run(reading.call));
  }
}

/**
 * Runs the calls one after another, up to the first failure.
 *
 * @returns why it failed; undefined: it did not
 */
export async function runAll(calls: readonly Call[], run: RunCall): Promise<string | undefined> {
  for (const call of calls) {
    const failure = failureOf(call, await run(call));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function failureOf({program, parameters, expects}: Call, result: CallResult): string | undefined {
  if (expects === undefined) return result.kind === 'done' ? undefined : result.why;
  if (result.kind === 'done') {
    return `${program}: ${parameters.join(' ')}: the rule is there, and the listing did not show it`;
  }
  // Without the program nobody can tell, so we rely on the listing; the batch belongs to another program.
  return result.kind === 'missing' || isAbsence(result.why) ? undefined : result.why;
}
