/**
 * How much the next plan must look at: everything, or only the decisions since the last plan that was
 * enforced. Knows neither the desired state nor what the kernel holds.
 */
import type {Wish, Unwanted} from './backend.js';

export class Pending {
  #unwanted: Unwanted = 'keep';
  #scope: Wish<unknown>['scope'] = 'all';
  /** The keys decided about and not enforced yet. */
  readonly #changed = new Set<string>();

  /**
   * Sets what happens to unwanted rules. After a change the next plan looks at everything: rules that were
   * kept must go now, although no decision names them.
   */
  want(unwanted: Unwanted): void {
    if (unwanted !== this.#unwanted) this.#scope = 'all';
    this.#unwanted = unwanted;
  }

  /** Whether the next plan looks at everything: it is the first one, or the first since `want` changed. */
  get looksAtAll(): boolean {
    return this.#scope === 'all';
  }

  /**
   * What the next plan must look at. Changes that come later are for the plan after it. If this plan
   * fails, the kernel is read again.
   *
   * @param changed the keys decided about since the last call
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

  /** The latest plan is enforced. */
  carriedOut(): void {
    this.#changed.clear();
  }
}
