/**
 * Notices that the relay has lost its list of users: a disk is gone, a directory does not answer, and
 * everybody's mail is refused. Names that took mail this week are refused from several sides then. Counts
 * them up, and each such name that takes mail down (a CUSUM); from `beginsAt` nothing is to be judged,
 * until mail is taken again. Which names those are is for `known-names.ts`, and what is done meanwhile
 * for `judge/judge.ts`.
 *
 * No client can bring it about: it cannot make the relay refuse a name that takes mail. What stopped
 * blocking before, good senders that would be blocked, three innocent mailings at ten o'clock did.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Address} from '../../net/address.js';
import {networkAround} from '../../net/network.js';

interface Counted {
  /** Names up minus names down, from 0 to `most`. */
  readonly sum: number;
  /** Hashes of names that were refused and have taken no mail since: each counts up once. */
  readonly names: readonly number[];
  /** Networks that asked for them since the sum was last 0. Canonical texts. */
  readonly networks: readonly string[];
  /** The last refusal. Ms since the epoch. */
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
      /** Names that are refused, of those that are remembered. A count. */
      readonly names: number;
      /** Networks that asked for them. A count. */
      readonly networks: number;
    };

/** Names, and the networks that must have asked for them: a client alone is not enough. Counts. */
export const beginsAt = {names: 8, networks: 3} as const;

/** It ends by itself where the sum has come down to this. Names. */
export const endsAt = 3;

/** The sum goes no higher: nine names that take mail are to end the longest outage. Names. */
export const mostSum = 12;

/** Refused names that are remembered; of more the oldest are forgotten. A count. */
export const mostLostNames = 256;

/** More networks change nothing, and only make a longer list. A count. */
export const mostNetworks = 16;

/** Without a refusal for so long all is forgotten: the names are no longer of this week. Ms. */
export const forgottenMs = 24 * 3_600_000;

/** That names are refused again is noted at most so often: each note is written to the disk. Ms. */
const notedMs = 3_600_000;

/** Networks of one holder. Bits. */
const holderPrefix = {4: 24, 6: 48} as const;

const onlyKey = 'listLoss';
const isOff = {kind: 'off'} as const;
const nothing: ListLossState = {kind: 'off', sum: 0, names: [], networks: [], refusedMs: 0};

export class ListLoss {
  readonly #table: Table<ListLossState>;

  constructor(table: Table<ListLossState>) {
    this.#table = table;
  }

  /** A name that took mail this week was refused. */
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

  /** A name that took mail this week takes mail. */
  accepted(nameHash: number, atMs: number): 'same' | 'ended' {
    const before = this.#state();
    // Of several logs one may be read late: what was before the loss says nothing of it.
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

  /** The operator has looked. Names that are refused still do not begin it again; further ones do. */
  end(): 'same' | 'ended' {
    const {kind, names, refusedMs} = this.#state();
    if (kind === 'off') return 'same';
    this.#table.set(onlyKey, {kind: 'off', sum: 0, names, networks: [], refusedMs});
    return 'ended';
  }

  sweep(nowMs: number): 'same' | 'ended' {
    const {kind, refusedMs} = this.#state();
    // A refusal in the future was noted while the clock was ahead: how old it is nobody knows.
    if (refusedMs === 0 || Math.abs(nowMs - refusedMs) < forgottenMs) return 'same';
    this.#table.delete(onlyKey);
    return kind === 'on' ? 'ended' : 'same';
  }

  #state(): ListLossState {
    return this.#table.get(onlyKey) ?? nothing;
  }
}

/** The same list where nothing is added. */
function withOne(networks: readonly string[], one: string | undefined): readonly string[] {
  if (one === undefined || networks.includes(one) || networks.length >= mostNetworks) {
    return networks;
  }
  return [...networks, one];
}
