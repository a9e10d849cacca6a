/**
 * What the judge knows, as plain data for people: about one client, and about all together. `why`,
 * `status` and the metrics show it. No decision uses it, and it is not saved.
 */
import type {ListLossView} from './crowd/list-loss.js';
import type {Address} from '../net/address.js';
import type {Network} from '../net/network.js';
import type {Rule} from './verdict.js';

/** A bar with which the client's score is compared now. */
export interface Bar {
  /** The first unknown name meets the bar of `network`; `neighbours` is no bar of a single client. */
  readonly rule: Exclude<Rule, 'neighbours'>;
  /** In names (`score/weights.ts`). */
  readonly names: number;
  /** How long the resulting block would be. Seconds. */
  readonly blockSeconds: number;
}

/** What is known about one client at one moment. Undefined in its place: nothing is known. */
export interface ClientView {
  /** Canonical text: an IPv4 address, or an IPv6 network of `ipv6_prefix` bits. */
  readonly client: string;
  /** In names; below 0, more counts for it than against it. */
  readonly score: number;
  /** The lowest possible score, in names: 0 or less. It is the worth of a good past. */
  readonly floor: number;
  /** The bars that apply now, in any order; empty: it is not judged now. */
  readonly bars: readonly Bar[];

  /** Counts of distinct unknown names, and of other signs by kind (`EvidenceKind`). */
  readonly counts: Readonly<Record<string, number>>;
  /** Distinct names that exist no more, or are refused by the next host. A count. */
  readonly stale: number;
  /** The latest names that it asked for, the oldest first: hostile text, limited in number. */
  readonly names: readonly string[];
  /**
   * When the first and the latest thing that counts against it happened; undefined: nothing does. Ms
   * since the epoch.
   */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;

  /**
   * Distinct recipients that took its mail, on how many days, and when last. Counts; ms since the epoch.
   */
  readonly delivered: number;
  readonly deliveredDays: number;
  readonly deliveredMs: number | undefined;
  /** `mailer`: at least 3 recipients took its mail; `record`: at least 8, on 2 days or more. */
  readonly standing: 'stranger' | 'mailer' | 'record';
  /** Whether mail of our own users goes to this host. */
  readonly friend: 'no' | 'yes';

  /** Blocks that still lengthen the next one. A count. */
  readonly blocks: number;
  /**
   * Until when its names count a quarter: in the hour after a first block, delayed mail arrives.
   * Undefined: they count in full. Ms since the epoch.
   */
  readonly secondChanceMs: number | undefined;
  /** Whether a network around it is known for guessers (`Networks.standing`). */
  readonly network: 'ordinary' | 'hot';
}

/** What is known about all clients together. */
export interface CrowdView {
  /** A wave of strangers that ask for unknown names. `sinceMs`: ms since the epoch, if known. */
  readonly wave:
    {readonly kind: 'off'} | {readonly kind: 'on'; readonly sinceMs?: number | undefined};
  /** The relay refuses users that it had (`crowd/list-loss.ts`), so no client is blocked. */
  readonly listLoss: ListLossView;
  /** The first day of an installation that knows nobody yet. `untilMs`: ms since the epoch. */
  readonly learning: {readonly kind: 'off'} | {readonly kind: 'on'; readonly untilMs: number};
  /** Counts of what is remembered. */
  readonly remembered: {
    readonly clients: number;
    /** Clients with a separate record of names: they deliver or ask for much. */
    readonly records: number;
    readonly networks: number;
    /** Recipients that took mail here. */
    readonly names: number;
  };
}

/** What the judge knows about one client, and about all together. */
export interface Judged {
  /** @param network an address, or the network of one client; about others nothing is known */
  readonly client: (network: Network, atMs: number) => ClientView | undefined;
  readonly crowd: (atMs: number) => CrowdView;
}

/** The known clients, and their keys. */
export interface KnownClients {
  /** Clients whose mail is wanted, by their text: those with a record. Walks over all records. */
  readonly withRecord: () => Iterable<string>;
  /** Hosts that took mail of our users, by their text. */
  readonly friends: () => Iterable<string>;
  /** The key of the client with this address. */
  readonly textOf: (client: Address) => string;
}
