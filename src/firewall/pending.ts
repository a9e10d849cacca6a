/**
 * How much the next plan must look at: everything, or only the decisions since the last plan that
 * was carried out. Does not know the desired state, nor what the kernel holds.
 */
import type {Wish, Unwanted} from './backend.js';

export class Pending {
  #unwanted: Unwanted = 'keep';
  #scope: Wish<unknown>['scope'] = 'all';
  /** Decided about, and not in force yet. */
  readonly #changed = new Set<string>();

  /** What was kept goes now, although nothing has reported that it changed: the next plan looks at all. */
  want(unwanted: Unwanted): void {
    if (unwanted !== this.#unwanted) this.#scope = 'all';
    this.#unwanted = unwanted;
  }

  /** Whether the next plan is the first with its word about what nobody wants. */
  get isAnew(): boolean {
    return this.#scope === 'all';
  }

  /**
   * What the next plan must look at. Later changes are for the plan after it; if this plan fails,
   * the kernel is read again.
   *
   * @param changed what was decided since the last call, by its key
   * @param basis what the plan starts from; a reading may differ anywhere
   */
  take(
    changed: Iterable<string>,
    basis: 'belief' | 'reading',
  ): Pick<Wish<unknown>, 'unwanted' | 'changed' | 'scope'> {
    for (const key of changed) this.#changed.add(key);
    const scope = basis === 'reading' ? 'all' : this.#scope;
    this.#scope = 'changed';
    return {unwanted: this.#unwanted, changed: this.#changed, scope};
  }

  /** The latest plan is in force. */
  carriedOut(): void {
    this.#changed.clear();
  }
}
