/**
 * What earlier settings left in the kernel, and how to remove it. The owners (`blocks/live`,
 * `outgoing/egress/live`) decide which parts these can be, and when to remove them.
 */
import {Troubles} from '../../base/mechanisms/troubles.js';
import type {Say} from '../../base/say.js';
import type {CallResult, Part} from '../backend.js';
import type {KeeperTools} from './keeper.js';
import {removePart, type RunCall} from './part.js';

/** Something of ours that may be in the kernel, and how to remove it. */
export interface Leftover {
  readonly name: string;
  /** @returns why it failed, or undefined */
  readonly remove: (run: RunCall, say: Say) => Promise<string | undefined>;
}

/** Everything that may exist under one name, in the order in which it can be removed. */
export interface LeftoverGroup {
  readonly name: string;
  readonly parts: readonly Leftover[];
  /** Called each time that nothing of the group is left. */
  readonly onGone: () => void;
}

/**
 * Leftovers that are looked for without end, because somebody may load saved rules again at any time. Logs why
 * one stays, once for each reason.
 */
export class Leftovers {
  readonly #tools: KeeperTools;
  readonly #troubles: Troubles;
  #left: readonly Leftover[] = [];

  constructor(tools: KeeperTools) {
    this.#tools = tools;
    this.#troubles = new Troubles(tools.say);
  }

  /** These leftovers may exist from now on, and no others. */
  replace(leftovers: readonly Leftover[]): void {
    this.#left = leftovers;
  }

  /**
   * Tries each once. Must not run twice at the same time.
   *
   * @param mayGoOn asked before each
   */
  async remove(mayGoOn: () => boolean): Promise<void> {
    const run = withMemory(this.#tools.run);
    for (const leftover of this.#left) {
      if (!mayGoOn()) return;
      await this.#tryOne(leftover, run);
    }
  }

  async #tryOne({name, remove}: Leftover, run: RunCall): Promise<void> {
    const failure = await remove(run, this.#tools.say);
    if (failure === undefined) {
      this.#troubles.end(name);
      return;
    }
    // Each search tries again, for ever if the kernel lacks what the program needs, so it is logged only once.
    const what = `${name}: perhaps left behind, not removed: ${failure}`;
    this.#troubles.begin(name, `${what} (trying again)`, 'warning');
  }
}

/** Remembers readings until something is changed: one listing of a table shows the chains of all names. */
function withMemory(run: RunCall): RunCall {
  const known = new Map<string, CallResult>();
  return async (call) => {
    const key = call.input === '' ? [call.program, ...call.parameters].join(' ') : undefined;
    const before = key === undefined ? undefined : known.get(key);
    if (before !== undefined) return before;
    const result = await run(call);
    if (key === undefined) known.clear();
    else known.set(key, result);
    return result;
  };
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

/** The group as one leftover: removes its parts in order, up to the first that stays. */
export function inOrder({name, parts, onGone}: LeftoverGroup): Leftover {
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

/**
 * Tries every part of all groups once, even after a failure.
 *
 * @returns why something stays, one line for each reason
 */
export async function removeGroups(
  groups: readonly LeftoverGroup[],
  {run, say}: KeeperTools,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const {parts, onGone} of groups) {
    const failedBefore = failures.length;
    for (const part of parts) {
      const failure = await part.remove(run, say);
      if (failure !== undefined) failures.push(`${part.name}: not removed: ${failure}`);
    }
    if (failures.length === failedBefore) onGone();
  }
  return failures;
}
