/**
 * The greeting: what waiting clients cost, how fast the gate hands them over, how much time it adds for a client, and
 * how many bots each mode stops. docs/performance.md has the figures of
 * `npm run bench -- greeting --full`. Each part has labs of its own.
 */
import {available} from '../system/lab/available.js';
import {heading, skip} from './aims.js';
import {added} from './greeting/added.js';
import {bots} from './greeting/bots.js';
import {handOvers} from './greeting/hand-overs.js';
import {holding} from './greeting/holding.js';

type Part = 'holding' | 'hand-overs' | 'added' | 'bots';

/** @param options `--parts=holding,bots` */
export async function greeting(
  length: 'short' | 'full',
  options: readonly string[],
): Promise<void> {
  const state = await available();
  if (!state.ok) {
    skip('greeting', state.why);
    return;
  }
  const isFull = length === 'full';
  const only = options.find((option) => option.startsWith('--parts='))?.slice('--parts='.length);
  const wanted = (part: Part): boolean => only === undefined || only.split(',').includes(part);
  heading('greeting', `the ${length} form`);
  if (wanted('holding')) {
    await holding(
      isFull ? {many: 10_000, few: 1000, seconds: 30} : {many: 2000, few: 100, seconds: 5},
    );
  }
  if (wanted('hand-overs')) await handOvers(isFull ? 400 : 100, isFull ? 5 : 1);
  if (wanted('added')) await added(isFull ? 200 : 30, isFull ? 40 : 5);
  if (wanted('bots')) await bots(isFull ? {count: 200, waits: [6, 35]} : {count: 60, waits: [6]});
}
