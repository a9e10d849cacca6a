/** Reads, changes and removes one part of the kernel, once. Tries and beliefs are in `keeper.ts`. */
import type {Call, CallResult, Part} from '../backend.js';
import {nowMs} from '../../sys/run/clock.js';

export type RunCall = (call: Call) => Promise<CallResult>;

export type Removal =
  /** `nothing`: there was nothing, or not even the program that could have made it. */
  {readonly kind: 'removed' | 'nothing'} | {readonly kind: 'failed'; readonly why: string};

/** Takes out of the kernel what is ours there. */
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

/** At the end nobody tries again later. A count: another tool's change spoils one try at most. */
export const removalTries = 3;

/** Calls to know one part of the kernel, at most. A count: no backend has more than two places. */
export const mostReads = 4;

export type PartRead<Actual> =
  | {readonly kind: 'read'; readonly actual: Actual}
  | {readonly kind: 'failed' | 'missing'; readonly why: string};

export async function readPart<Actual>(
  part: Part<Actual>,
  run: RunCall,
): Promise<PartRead<Actual>> {
  const results: CallResult[] = [];
  while (results.length <= mostReads) {
    const reading = part.read(results, nowMs());
    if (reading.kind === 'read') return reading;
    if (reading.kind === 'unreadable') {
      const isMissing = results.some(({kind}) => kind === 'missing');
      return {kind: isMissing ? 'missing' : 'failed', why: reading.why};
    }
    results.push(await run(reading.call));
  }
  throw new Error(`${part.name} is never read`);
}

/**
 * One after the other, up to the first that fails.
 *
 * @param onBetween told between two of them
 * @returns why it failed, or undefined
 */
export async function runAll(
  calls: readonly Call[],
  run: RunCall,
  onBetween: () => void = () => undefined,
): Promise<string | undefined> {
  for (const [at, call] of calls.entries()) {
    if (at > 0) onBetween();
    const result = await run(call);
    if (result.kind !== 'done') return result.why;
  }
  return undefined;
}
