/**
 * What the judge knows, as plain data for people: of one client, and of all together. `why`, `status`
 * and the metrics tell it. Nothing is decided by it, and nothing of it is saved.
 */
import type {ListLossView} from './crowd/list-loss.js';
import type {Address} from '../net/address.js';
import type {Network} from '../net/network.js';
import type {Rule} from './verdict.js';

/** A bar that the score of a client is held against now. */
export interface Bar {
  /** `network` is met by the first unknown name; `neighbours` is no bar of one client. */
  readonly rule: Exclude<Rule, 'neighbours'>;
  /** In names (`score/weights.ts`). */
  readonly names: number;
  /** How long the block would be that it leads to. Seconds. */
  readonly blockSeconds: number;
}

/** What is known of one client at one moment. Undefined instead of it: nothing at all is. */
export interface ClientView {
  /** Canonical text: an IPv4 address, or an IPv6 network of `ipv6_prefix` bits. */
  readonly client: string;
  /** In names; below 0 more speaks for it than against it. */
  readonly score: number;
  /** The least that the score can be, in names: 0 or less. What a good past is worth. */
  readonly floor: number;
  /** Those that apply now, in any order; empty: it is not judged now. */
  readonly bars: readonly Bar[];

  /** Distinct unknown names, other signs by kind (`EvidenceKind`): counts. */
  readonly counts: Readonly<Record<string, number>>;
  /** Distinct names that exist no more, or are refused by the next host. A count. */
  readonly stale: number;
  /** The last names that it asked for, oldest first: hostile text, bounded in number. */
  readonly names: readonly string[];
  /** The first and the last thing that speaks against it; undefined: nothing does. Ms since the epoch. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;

  /** Distinct recipients that took its mail, on how many days, and when last. Counts; ms. */
  readonly delivered: number;
  readonly deliveredDays: number;
  readonly deliveredMs: number | undefined;
  /** `mailer`: at least 3 recipients took its mail; `record`: at least 8, on 2 days or more. */
  readonly standing: 'stranger' | 'mailer' | 'record';
  /** Whether it is a host to which mail of our own users goes. */
  readonly friend: 'no' | 'yes';

  /** Blocks that still make the next one longer. A count. */
  readonly blocks: number;
  /**
   * Until when its names weigh a quarter: the hour after a first block, in which what was held up
   * comes. Undefined: they weigh what they weigh. Ms since the epoch.
   */
  readonly secondChanceMs: number | undefined;
  /** Whether a network around it is known for guessers (`Networks.standing`). */
  readonly network: 'ordinary' | 'hot';
}

/** What is known of all clients together. */
export interface CrowdView {
  /** Strangers ask for unknown names from everywhere. `sinceMs`: ms since the epoch, if known. */
  readonly wave:
    {readonly kind: 'off'} | {readonly kind: 'on'; readonly sinceMs?: number | undefined};
  /** The relay refuses users that it had (`crowd/list-loss.ts`): nobody is blocked. */
  readonly listLoss: ListLossView;
  /** The first day of an installation that knows nobody yet. `untilMs`: ms since the epoch. */
  readonly learning: {readonly kind: 'off'} | {readonly kind: 'on'; readonly untilMs: number};
  /** What is remembered: counts. */
  readonly remembered: {
    readonly clients: number;
    /** Clients whose names are kept apart: they deliver or ask for much. */
    readonly records: number;
    readonly networks: number;
    /** Recipients that took mail here. */
    readonly names: number;
  };
}

/** The client that was asked about. */
export interface Judged {
  /** @param network an address, or the network of one client; of others nothing is known */
  readonly client: (network: Network, atMs: number) => ClientView | undefined;
  readonly crowd: (atMs: number) => CrowdView;
}

/** Known clients, and the name of each. */
export interface KnownClients {
  /** Whose mail is wanted: clients with a record, by their text. Walks over all records. */
  readonly withRecord: () => Iterable<string>;
  /** Hosts that took mail of our users, by their text. */
  readonly friends: () => Iterable<string>;
  /** How the client of this address is called. */
  readonly textOf: (client: Address) => string;
}
