/**
 * Notices that the relay has lost its list of users: a disk is gone or a directory does not answer, and
 * it refuses everybody's mail. Then it refuses, for several senders, names that took mail this week. A
 * CUSUM counts such names up, and down again when they take mail; from `beginsAt` on no client is judged
 * until mail is accepted again. `known-names.ts` knows the names, and `judge/judge.ts` decides what
 * happens meanwhile.
 *
 * No client can cause this: it cannot make the relay refuse a name that takes mail. The former rule
 * counted good senders that would have been blocked, and three innocent mailings at ten o'clock set it
 * off.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Address} from '../../net/address.js';
import {networkAround} from '../../net/network.js';

interface Counted {
  /** Names counted up minus names counted down, from 0 to `mostSum`. */
  readonly sum: number;
  /** Hashes of names that were refused and have taken no mail since; each counts up once. */
  readonly names: readonly number[];
  /** Networks that asked for them since the sum was last 0. Canonical texts. */
  readonly networks: readonly string[];
  /** Time of the latest refusal. Ms since the epoch. */
  readonly refusedMs: number;
}

/** Plain data: it is saved as it is. */
export type ListLossState =
  ({readonly kind: 'off'} & Counted) | ({readonly kind: 'on'; readonly sinceMs: number} & Counted);

export type ListLossView =
  | {readonly kind: 'off'}
  | {
      readonly kind: 'on';
      readonly sinceMs: number;
      /** Refused names that are remembered. A count. */
      readonly names: number;
      /** Networks that asked for them. A count. */
      readonly networks: number;
    };

/**
 * How many names, and how many networks must have asked for them: one client alone is not enough. Counts.
 */
export const beginsAt = {names: 8, networks: 3} as const;

/** It ends by itself when the sum has fallen to this. Names. */
export const endsAt = 3;

/** The greatest sum. Names: nine names that take mail must end even the longest outage. */
export const mostSum = 12;

/** Refused names that are remembered; beyond it, the oldest are forgotten. A count. */
export const mostLostNames = 256;

/** More networks change nothing, and only make the list longer. A count. */
export const mostNetworks = 16;

/**
 * After this long without a refusal everything is forgotten: the names no longer took mail this week. Ms.
 */
export const forgottenMs = 24 * 3_600_000;

/** How often repeated refusals are recorded. Ms: each record is written to the disk. */
const notedMs = 3_600_000;

/** The networks of one holder. Bits. */
const holderPrefix = {4: 24, 6: 48} as const;

const onlyKey = 'listLoss';
const isOff = {kind: 'off'} as const;
const nothing: ListLossState = {kind: 'off', sum: 0, names: [], networks: [], refusedMs: 0};

export class ListLoss {
  readonly #table: Table<ListLossState>;

  constructor(table: Table<ListLossState>) {
    this.#table = table;
  }

  /** The relay refused a name that took mail this week. */
  refused(nameHash: number, client: Address, atMs: number): 'same' | 'began' {
    const before = this.#state();
    const isNew = !before.names.includes(nameHash);
    const holder = networkAround(client, holderPrefix[client.family]).text;
    const networks = withOne(before.networks, holder);
    const isNoted = atMs - before.refusedMs < notedMs;
    if (!isNew && networks === before.networks && isNoted) return 'same';
    const counted = {
      sum: Math.min(mostSum, before.sum + (isNew ? 1 : 0)),
      names: isNew ? [...before.names, nameHash].slice(-mostLostNames) : before.names,
      networks,
      refusedMs: Math.max(atMs, before.refusedMs),
    };
    const isLost = counted.sum >= beginsAt.names && networks.length >= beginsAt.networks;
    if (before.kind === 'on') {
      this.#table.set(onlyKey, {kind: 'on', sinceMs: before.sinceMs, ...counted});
    } else if (isLost) {
      this.#table.set(onlyKey, {kind: 'on', sinceMs: atMs, ...counted});
      return 'began';
    } else {
      this.#table.set(onlyKey, {kind: 'off', ...counted});
    }
    return 'same';
  }

  /** A name that took mail this week takes mail again. */
  accepted(nameHash: number, atMs: number): 'same' | 'ended' {
    const before = this.#state();
    // One of several logs may be read late: mail from before the loss does not end it.
    if (before.kind === 'on' && atMs < before.sinceMs) return 'same';
    const isBack = before.names.includes(nameHash);
    if (before.sum === 0 && !isBack) return 'same';
    const sum = Math.max(0, before.sum - 1);
    const counted = {
      sum,
      names: isBack ? before.names.filter((each) => each !== nameHash) : before.names,
      networks: sum === 0 ? [] : before.networks,
      refusedMs: before.refusedMs,
    };
    const isOn = before.kind === 'on' && sum > endsAt;
    if (isOn) this.#table.set(onlyKey, {kind: 'on', sinceMs: before.sinceMs, ...counted});
    else this.#table.set(onlyKey, {kind: 'off', ...counted});
    return before.kind === 'on' && !isOn ? 'ended' : 'same';
  }

  view(): ListLossView {
    const state = this.#state();
    if (state.kind === 'off') return isOff;
    const {sinceMs, names, networks} = state;
    return {kind: 'on', sinceMs, names: names.length, networks: networks.length};
  }

  /** The operator has looked into it. The names refused so far do not begin it again; further ones do. */
  end(): 'same' | 'ended' {
    const {kind, names, refusedMs} = this.#state();
    if (kind === 'off') return 'same';
    this.#table.set(onlyKey, {kind: 'off', sum: 0, names, networks: [], refusedMs});
    return 'ended';
  }

  sweep(nowMs: number): 'same' | 'ended' {
    const {kind, refusedMs} = this.#state();
    // A refusal in the future was recorded while the clock was ahead, so its age is unknown.
    if (refusedMs === 0 || Math.abs(nowMs - refusedMs) < forgottenMs) return 'same';
    this.#table.delete(onlyKey);
    return kind === 'on' ? 'ended' : 'same';
  }

  #state(): ListLossState {
    return this.#table.get(onlyKey) ?? nothing;
  }
}

/** Returns the same array if nothing is added. */
function withOne(networks: readonly string[], one: string | undefined): readonly string[] {
  if (one === undefined || networks.includes(one) || networks.length >= mostNetworks) {
    return networks;
  }
  return [...networks, one];
}
