/**
 * The steps between a verdict and its commit, by name: after each of them the machine may lose power.
 * They are the edges of what the daemon is given: `run`, `commit` and `say`. Between two edges only pure
 * code runs, so a crash there is the same as a crash at the edge.
 */
import type {LogLevel, Say} from '../../../src/base/say.js';
import type {Resources} from '../../../src/daemon/resources.js';
import type {Call, CallResult} from '../../../src/firewall/backend.js';
import type {Family} from '../../../src/net/address.js';

export const steps = [
  /** The kernel is about to be read. */
  'reading',
  /** A batch is about to be given to the kernel. */
  'planned',
  /** One program of several has done its part, and the next has not begun. */
  'partly',
  /** The kernel has taken a batch, or refused it. */
  'applied',
  /** A block, or its end, is logged; sessions are about to be cut. */
  'told',
  /** The state is about to be saved. */
  'committing',
  /** The state is saved. */
  'committed',
] as const;

export type Step = (typeof steps)[number];

/** Wraps what a daemon is given, and calls `reached` at each step. */
export class CrashSteps {
  readonly #reached: (step: Step) => void;
  /** Families whose last call changed the kernel: the next event shows whether the batch goes on. */
  readonly #written = new Map<Family, Call>();

  constructor(reached: (step: Step) => void) {
    this.#reached = reached;
  }

  resources(given: Resources): Resources {
    return {...given, run: this.#running(given.run), commit: () => this.#commit(given.commit)};
  }

  saying(say: Say): Say {
    return (level: LogLevel, message: string) => {
      this.#endBatches();
      say(level, message);
      if (/^(?:un)?block /.test(message)) this.#reached('told');
    };
  }

  #running(run: Resources['run']): Resources['run'] {
    return async (call: Call): Promise<CallResult> => {
      const family = familyOf(call);
      const before = this.#written.get(family);
      const isChange = call.input !== '';
      // A set first, then the chain that asks it; both in one batch.
      const goesOn = isChange && before?.program === 'ipset' && call.program !== 'ipset';
      this.#written.delete(family);
      if (goesOn) this.#reached('partly');
      else if (before !== undefined) this.#reached('applied');
      if (!goesOn) this.#reached(isChange ? 'planned' : 'reading');
      const result = await run(call);
      if (isChange) {
        this.#written.set(family, call);
        setImmediate(() => this.#endBatches());
      }
      return result;
    };
  }

  #commit(commit: () => void): void {
    this.#endBatches();
    this.#reached('committing');
    commit();
    this.#reached('committed');
  }

  #endBatches(): void {
    const {size} = this.#written;
    this.#written.clear();
    for (let left = size; left > 0; left--) this.#reached('applied');
  }
}

/** Each has a batch of its own. */
function familyOf({program, parameters, input}: Call): Family {
  const words = `${program} ${parameters.join(' ')} ${input}`;
  return /^ip6tables|-6\b|\bip6\b/.test(words) ? 6 : 4;
}
