/**
 * Two policies over the same log, side by side: what each would have blocked, how many answers guessers would
 * have got, and which of the blocked also delivered good mail. Those stand first: they are the likely false
 * positives. Compares; recommends nothing.
 */
import type {AllDealings, Dealings} from './dealings.js';
import type {PolicyRun} from './policy-run.js';
import type {Replayed} from './replayed.js';

/** Of one policy, about one client. */
export interface ClientUnder {
  readonly blocks: number;
  /** Null: it was never blocked. Ms since the epoch. */
  readonly firstMs: number | null;
  readonly answers: number;
  readonly goodBefore: number;
  /** Messages that would not have come. */
  readonly goodDuring: number;
  readonly goodAfter: number;
}

export interface ComparedClient {
  readonly client: string;
  /** In the order of the policies. */
  readonly under: readonly ClientUnder[];
}

interface ComparedPolicy {
  readonly name: string;
  readonly blocks: number;
  readonly blockedClients: number;
  /** Unknown names that were answered to clients that are blocked under any of the policies. */
  readonly answers: number;
  /** Blocked clients of which good mail arrived, before or after. */
  readonly likelyInnocent: number;
  /** Good messages that came while a block would have stood. */
  readonly goodDuring: number;
  readonly replayed: Replayed;
}

/** Printed as it is by `--json`. */
export interface Comparison {
  readonly policies: readonly ComparedPolicy[];
  /** All that were blocked under any policy: the likely false positives first, then by answers. */
  readonly clients: readonly ComparedClient[];
}

type Run = Pick<PolicyRun, 'name' | 'replayed'> & {
  readonly dealings: Pick<AllDealings, 'blocked' | 'of'>;
};

export function compare(runs: readonly Run[]): Comparison {
  const names = new Set(runs.flatMap(({dealings}) => [...dealings.blocked.keys()]));
  const clients = [...names].map((client) => ({
    client,
    under: runs.map(({dealings}) => underOf(dealings.of(client))),
  }));
  clients.sort((a, b) => rank(b) - rank(a) || mostAnswers(b) - mostAnswers(a));
  return {clients, policies: runs.map((run, at) => policyOf(run, at, clients))};
}

export const goodOf = ({goodBefore, goodDuring, goodAfter}: ClientUnder): number =>
  goodBefore + goodDuring + goodAfter;

function underOf(dealings: Dealings | undefined): ClientUnder {
  const {blocks, firstMs, answers, good} = dealings ?? nothing;
  const {before: goodBefore, during: goodDuring, after: goodAfter} = good;
  return {blocks, firstMs, answers, goodBefore, goodDuring, goodAfter};
}

const nothing: Omit<Dealings, 'untilMs'> = {
  ...{blocks: 0, firstMs: null, answers: 0},
  good: {before: 0, during: 0, after: 0},
};

function policyOf(
  {name, replayed}: Run,
  at: number,
  clients: readonly ComparedClient[],
): ComparedPolicy {
  const each = clients.map(({under}) => under[at]!);
  const blocked = each.filter(({blocks}) => blocks > 0);
  return {
    name,
    blocks: replayed.blocks.length,
    blockedClients: blocked.length,
    answers: sum(each.map(({answers}) => answers)),
    likelyInnocent: blocked.filter((one) => goodOf(one) > 0).length,
    goodDuring: sum(each.map(({goodDuring}) => goodDuring)),
    replayed,
  };
}

/** Mail that a block would have kept away weighs most, then any good mail of a blocked client. */
const rank = ({under}: ComparedClient): number =>
  Math.max(...under.map((one) => (one.blocks === 0 ? 0 : one.goodDuring * 1e6 + goodOf(one))));

const mostAnswers = ({under}: ComparedClient): number =>
  Math.max(...under.map(({answers}) => answers));

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
