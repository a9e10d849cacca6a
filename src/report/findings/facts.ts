/** What `doctor` has gathered of this machine; `cli/commands/doctor.ts` gathers it. */
import type {LikeOurs} from '../../blocks/chain/like-ours.js';
import type {Difference} from '../../config/effective.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import type {MeasuredWay} from '../../outgoing/coverage.js';
import type {GreetingFacts} from '../greeting/facts.js';
import type {Status} from '../status.js';

export interface Facts {
  /** What the daemon that runs says it has; without one, or where it does not tell, what is configured here. */
  readonly config: Config;
  /** `bad`: the configuration file is, so a setting of it may be a default here. */
  readonly file: 'good' | 'bad';
  /** What the daemon runs with, where that is something else than what is configured here. */
  readonly differences: readonly Difference[];
  /** Ms since the epoch. */
  readonly nowMs: number;
  readonly families: readonly Family[];
  /** The first line that each says of its version; undefined: it is not there. */
  readonly programs: ReadonlyMap<string, string | undefined>;
  /** Of those that it needs (capabilities(7)). */
  readonly lackingRights: readonly string[];
  /** How things stand, with a daemon or without one; or why nobody knows. */
  readonly status: Status | {readonly unavailable: string};
  /** Files of saved rules, loaded at boot, that name our sets: with the backend ipset. */
  readonly savedSets: readonly string[];
  /** Files of saved rules of nft, loaded at boot, that hold our chain as nft lists it. */
  readonly savedChains?: readonly string[];
  /** Chains that look like ours, and that nobody looks after; with the program that lists them. */
  readonly likeOurs?: readonly (LikeOurs & {readonly program: string})[];
  /** Tables of nft that look so; each as `ip NAME`. */
  readonly tablesLikeOurs?: readonly string[];
  readonly whitelist:
    {readonly entries: number; readonly problems: number} | {readonly why: string};
  /** What would be followed, and whether it can be: the last change, or why not. */
  readonly sources: readonly {readonly name: string; readonly trouble: string | undefined}[];
  /** Processes that run sendmail. */
  readonly sendmails: number;
  /** Users of `allowed_senders` that do not exist. */
  readonly unknownUsers: readonly string[];
  /** Ways for warnings that do not work now: the setting, and why. */
  readonly warnTroubles: readonly {readonly setting: string; readonly why: string}[];
  /** How much is seen of who connects and is gone; empty where outgoing mail is not watched. */
  readonly coverage: readonly MeasuredWay[];
  /** Of the greeting; absent: it was not looked at. */
  readonly greeting?: GreetingFacts | undefined;
}
