/**
 * Remembers some of the latest messages of each sender for a warning: ids, addresses, domains. It is a sample and not a
 * sum, so it is not saved. Bounded.
 */
import {BoundedMap} from '../base/mechanisms/bounded-map.js';
import type {Fact} from './whose/fact.js';
import type {SenderKey} from './whose/sender.js';

/** At most so many senders have a sample, and at most so many entries are kept of each. Counts. */
const mostSampled = 2000;
const mostOfEach = 10;
const mostCounted = 50;

interface Sample {
  readonly ids: readonly string[];
  readonly froms: readonly string[];
  readonly peers: readonly string[];
  /** The most frequent first. */
  readonly domains: readonly string[];
}

interface Kept {
  readonly ids: string[];
  readonly froms: string[];
  readonly peers: string[];
  readonly domains: Map<string, number>;
}

const newKept = (): Kept => ({ids: [], froms: [], peers: [], domains: new Map()});

export class Samples {
  readonly #kept = new BoundedMap<SenderKey, Kept>(mostSampled);

  take(fact: Extract<Fact, {kind: 'mail' | 'told'}>): void {
    const kept = this.#kept.get(fact.sender) ?? newKept();
    this.#kept.set(fact.sender, kept);
    if (fact.kind === 'mail') {
      newest(kept.ids, fact.place.queueId);
      newest(kept.froms, fact.from);
      newest(kept.peers, fact.peer);
      return;
    }
    const {domains} = kept;
    for (const domain of fact.domains) {
      if (domains.has(domain) || domains.size < mostCounted)
        domains.set(domain, (domains.get(domain) ?? 0) + fact.recipients);
    }
  }

  of(sender: SenderKey): Sample {
    const {
      ids = [],
      froms = [],
      peers = [],
      domains = new Map<string, number>(),
    } = this.#kept.get(sender) ?? {};
    const sorted = [...domains].sort(([, a], [, b]) => b - a).map(([domain]) => domain);
    return {ids, froms, peers, domains: sorted};
  }
}

/** The newest first, and each text once. */
function newest(list: string[], text: string): void {
  if (text === '') return;
  const at = list.indexOf(text);
  if (at >= 0) list.splice(at, 1);
  list.unshift(text);
  if (list.length > mostOfEach) list.pop();
}
