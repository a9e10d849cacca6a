/** The facts about this machine for `doctor`. `cli/commands/doctor.ts` gathers them. */
import type {LikeOurs} from '../../blocks/chain/like-ours.js';
import type {Difference} from '../../config/effective.js';
import type {Config} from '../../config/schema.js';
import type {Family} from '../../net/address.js';
import type {MeasuredWay} from '../../outgoing/coverage.js';
import type {WhitelistView} from '../../score/whitelist-view.js';
import type {GreetingFacts} from '../greeting/facts.js';
import type {Status} from '../status.js';

export interface Facts {
  /** The settings of the running daemon, as it reports them; otherwise the configuration here. */
  readonly config: Config;
  /** `bad`: the configuration file has errors, so a setting here may be the default instead. */
  readonly file: 'good' | 'bad';
  /** Settings of the running daemon that differ from the configuration here. */
  readonly differences: readonly Difference[];
  /** Ms since the epoch. */
  readonly nowMs: number;
  readonly families: readonly Family[];
  /** The first line of each program's version; undefined: the program is missing. */
  readonly programs: ReadonlyMap<string, string | undefined>;
  /** Needed rights that are missing (capabilities(7)). */
  readonly lackingRights: readonly string[];
  /** The status, of a daemon or without one; or why it is not known. */
  readonly status: Status | {readonly unavailable: string};
  /** Files of saved rules that name our sets, with the backend ipset. They are loaded at boot. */
  readonly savedSets: readonly string[];
  /** Files of saved nft rules that have our chain as nft lists it. They are loaded at boot. */
  readonly savedChains?: readonly string[];
  /** Chains that look like ours, but that blocksmtp does not manage; with the program that lists them. */
  readonly likeOurs?: readonly (LikeOurs & {readonly program: string})[];
  /** nft tables that look like ours, each as `ip NAME`. */
  readonly tablesLikeOurs?: readonly string[];
  readonly whitelist: WhitelistView;
  /** The logs to follow, and why one cannot be followed. */
  readonly sources: readonly {readonly name: string; readonly trouble: string | undefined}[];
  /** Processes that run sendmail. A count. */
  readonly sendmails: number;
  /** Users of `allowed_senders` that do not exist. */
  readonly unknownUsers: readonly string[];
  /** Ways for warnings that do not work now: the setting, and the reason. */
  readonly warnTroubles: readonly {readonly setting: string; readonly why: string}[];
  /** How many programs that connect and end at once are seen; empty if outgoing mail is not watched. */
  readonly coverage: readonly MeasuredWay[];
  /** Facts about the greeting; absent: not gathered. */
  readonly greeting?: GreetingFacts | undefined;
}
