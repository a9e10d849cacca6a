/**
 * What each of several policies costs in one part of a log, counted from what they wrote into one ledger
 * (`replay/ledger`). Compares nothing, and proposes nothing (`tune/proposal.ts`).
 */
import type {AllDealings} from './dealings.js';
import type {Ledger} from './ledger/ledger.js';
import type {Client, Page} from './ledger/page.js';
import {type Slices, sumOfSlices} from './ledger/slices.js';
import type {Price, Witnesses} from '../tune/price.js';
import type {Changed, KnownClient} from '../tune/tuning.js';

/** Clients that are named in a list. A count: what goes beyond helps nobody. */
export const mostListed = 1000;

/** In the order of the policies. @param slices of the part */
export function pricesOf(
  ledger: Pick<Ledger, 'blocked'>,
  policies: readonly AllDealings[],
  slices: Slices,
): Price[] {
  // Who is blocked only later is not known of yet.
  const known = [...ledger.blocked.values()].filter((client) =>
    policies.some((policy) => begunIn(policy.pageOf(client), {first: 0, last: slices.last}) > 0),
  );
  const blocked = known.filter((client) =>
    policies.some((policy) => isBlocked(client, policy, slices)),
  ).length;
  return policies.map((policy) => {
    const own = known.filter((client) => isBlocked(client, policy, slices));
    const pages = known.flatMap((client) => policy.pageOf(client) ?? []);
    const asked = sum(known.map((client) => sumOfSlices(client.slices, 1, slices)));
    return {
      blocks: sum(pages.map((page) => begunIn(page, slices))),
      blocked: own.length,
      spared: blocked - own.length,
      answers: asked - sum(pages.map((page) => sumOfSlices(page.slices, 1, slices))),
      likelyInnocent: own.filter((client) => isDoubtful(client, policy, slices)).length,
      goodDuring: sum(pages.map((page) => sumOfSlices(page.slices, 2, slices))),
    };
  });
}

export function witnessesIn(ledger: Pick<Ledger, 'all'>, slices: Slices): Witnesses {
  let [goodSenders, mistypers] = [0, 0];
  for (const client of ledger.all()) {
    if (sumOfSlices(client.slices, 2, slices) === 0) continue;
    goodSenders += 1;
    if (sumOfSlices(client.slices, 1, slices) > 0) mistypers += 1;
  }
  return {goodSenders, mistypers};
}

/** Those whom a policy blocks though good mail came of them, most good mail first. */
export function doubtfulOf(
  ledger: Pick<Ledger, 'blocked'>,
  policy: AllDealings,
  slices: Slices,
): KnownClient[] {
  return named(
    ledger,
    policy,
    (client) => isBlocked(client, policy, slices) && isDoubtful(client, policy, slices),
  ).sort((a, b) => b.goodMail - a.goodMail);
}

/** Who is blocked under the one and not under the other, most names first. */
export function changedBetween(
  ledger: Pick<Ledger, 'blocked'>,
  today: AllDealings,
  other: AllDealings,
  slices: Slices,
): Changed {
  const only = (one: AllDealings, not: AllDealings): KnownClient[] =>
    named(
      ledger,
      one,
      (client) => isBlocked(client, one, slices) && !isBlocked(client, not, slices),
    ).sort((a, b) => b.asked - a.asked);
  return {blockedMore: only(other, today), spared: only(today, other)};
}

function named(
  {blocked}: Pick<Ledger, 'blocked'>,
  policy: AllDealings,
  isMeant: (client: Client) => boolean,
): KnownClient[] {
  const found: KnownClient[] = [];
  for (const [client, dealings] of blocked) {
    if (found.length >= mostListed) break;
    const page = policy.pageOf(dealings);
    if (page === undefined || !isMeant(dealings)) continue;
    const {before, during, after} = page;
    found.push({client, asked: dealings.asked, goodMail: before + during + after});
  }
  return found;
}

/** A block began in these slices, or kept something away in them. */
function isBlocked(client: Client, policy: AllDealings, slices: Slices): boolean {
  const page = policy.pageOf(client);
  if (page === undefined) return false;
  const kept = sumOfSlices(page.slices, 1, slices) + sumOfSlices(page.slices, 2, slices);
  return kept + begunIn(page, slices) > 0;
}

/** Good mail came of it up to the end of these slices. */
function isDoubtful(client: Client, policy: AllDealings, {last}: Slices): boolean {
  const page = policy.pageOf(client);
  if (page === undefined) return false;
  if (page.goodSince !== undefined && page.goodSince <= last) return true;
  return sumOfSlices(client.slices, 2, {first: 0, last}) > 0;
}

const begunIn = (page: Page | undefined, slices: Slices): number =>
  sumOfSlices(page?.slices, 3, slices);

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
