/** What an earlier setting left in the kernel, and how it is removed. The lists are their owners'. */
import type {Say} from '../../base/say.js';
import type {Part} from '../backend.js';
import type {KeeperTools} from './keeper.js';
import {removePart, type RunCall} from './part.js';

/** Something of ours that may be in the kernel, and how it goes. */
export interface Leftover {
  readonly name: string;
  /** @returns why it failed, or undefined */
  readonly remove: (run: RunCall, say: Say) => Promise<string | undefined>;
}

/** Tries, for ever if need be, and says of each why it stays: once for each reason. */
export class LeftoverRemover {
  readonly #surroundings: Pick<KeeperTools, 'run' | 'say'>;
  readonly #complaints = new Map<string, string>();

  constructor(surroundings: Pick<KeeperTools, 'run' | 'say'>) {
    this.#surroundings = surroundings;
  }

  async remove(leftover: Leftover): Promise<'gone' | 'stays'> {
    const {run, say} = this.#surroundings;
    const failure = await leftover.remove(run, say);
    if (failure === undefined) return 'gone';
    // Tried at each check, for ever where a kernel cannot do what a program asks of it.
    if (this.#complaints.get(leftover.name) === failure) return 'stays';
    this.#complaints.set(leftover.name, failure);
    const what = `${leftover.name}: perhaps left behind, not removed: ${failure}`;
    say('warning', `${what} (trying again)`);
    return 'stays';
  }
}

export function leftoverOf<Actual>(part: Part<Actual>): Leftover {
  return {
    name: part.name,
    remove: async (run, say) => {
      const end = await removePart(part, run);
      if (end.kind === 'removed') say('notice', `${part.name}: left behind, and removed`);
      return end.kind === 'failed' ? end.why : undefined;
    },
  };
}

/** One after the other, up to the first that stays; then `onGone` is told that none does. */
export function allOf(name: string, parts: readonly Leftover[], onGone: () => void): Leftover {
  return {
    name,
    remove: async (run, say) => {
      for (const part of parts) {
        const failure = await part.remove(run, say);
        if (failure !== undefined) return `${part.name}: ${failure}`;
      }
      onGone();
      return undefined;
    },
  };
}
