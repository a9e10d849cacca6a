/** How many answers a guesser gets in a single session before it is cut off. */
import type {GuessOptions, Guessed} from '../system/lab/client.js';
import {figures, type Figures} from './figures.js';
import type {Guard} from './guards.js';

export type Manner = {name: string; names: number; options: GuessOptions & {pipelined?: boolean}};

export const manners: Manner[] = [
  {name: '20 ms apart, one envelope', names: 100, options: {gapMs: 20, oneEnvelope: true}},
  {name: '20 ms apart, one envelope each', names: 100, options: {gapMs: 20, oneEnvelope: false}},
  {name: 'full speed, one envelope', names: 500, options: {gapMs: 0, oneEnvelope: true}},
  {name: 'full speed, one envelope each', names: 500, options: {gapMs: 0, oneEnvelope: false}},
  {name: 'full speed, all in one write', names: 500, options: {pipelined: true}},
];

let last = 100;

/** Each run comes from a new address. */
export async function answersOf(
  guard: Guard,
  {names, options}: Manner,
  runs: number,
): Promise<Figures> {
  const client = guard.lab.client('attacker');
  const counts: number[] = [];
  for (let run = 0; run < runs; run++) {
    const from = `192.0.2.${String(last++)}`;
    await client.addAddress(from);
    const {pipelined = false, ...rest} = options;
    const all = {...rest, from, count: names, quietMs: 1500};
    const guessed: Guessed = pipelined ? await client.pipeline(all) : await client.guess(all);
    if (!guessed.connected) throw new Error(`${from} was not served at all`);
    counts.push(guessed.answers.length);
  }
  return figures(counts);
}
