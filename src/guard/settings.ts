/** What the guard needs from the configuration. */
import type {Config} from '../config/schema.js';
import {mailerNames} from '../hearing/names.js';
import type {Dialect} from '../mail/dialect.js';
import type {Policy} from '../score/policy.js';

export interface GuardSettings {
  readonly policy: Policy;
  /** Blocks that can exist at once, the operator's included. A count. */
  readonly blocksMax: number;
  /** Blocks that evidence can make in one minute of the clock. A count. */
  readonly blocksPerMinute: number;
  /**
   * Whether a block keeps the names that led to it. `dropped` for a replay: the reason of the block has all names that
   * a replay prints, and the others are most of the block's memory.
   */
  readonly namesOfBlocks: 'kept' | 'dropped';
  /** The program names in syslog whose lines count. */
  readonly mailerNames: readonly string[];
  /** The host whose lines count; undefined: every host. */
  readonly mailerHost: string | undefined;
  /** Which evidence counts: any, or only evidence that no log text can forge. */
  readonly attribution: 'any' | 'verified';
  /** This machine's name: the kernel can be asked only about lines from here. */
  readonly ownHost: string;
  /** How to parse the mailer's messages. */
  readonly dialect: Dialect;
}

const earlyTalkOf: Readonly<Record<Config['greeting'], Policy['earlyTalk']>> = {
  off: 'once',
  observe: 'counts',
  gate: 'counts',
  strict: 'blocks',
};

/**
 * @param ownHost this machine's name
 * @param use `past`, for a replay or an explanation: without `blocks_per_minute`, which counts minutes of
 *   the clock, without the higher bars of a first day, and without names in blocks
 * @param dialect of the mailer that wrote the log
 */
export function guardSettings(
  config: Config,
  ownHost: string,
  use: 'live' | 'past',
  dialect: Dialect,
): GuardSettings {
  const {blocksMax, blocksPerMinute} = config;
  return {
    policy: {
      threshold: config.threshold,
      blockSeconds: config.blockTime,
      longestBlockSeconds: config.blockTimeMax,
      ipv6Prefix: config.ipv6Prefix,
      learning: use === 'live' ? 'firstDay' : 'off',
      earlyTalk: earlyTalkOf[config.greeting],
    },
    blocksMax,
    blocksPerMinute: use === 'live' ? blocksPerMinute : Number.POSITIVE_INFINITY,
    namesOfBlocks: use === 'live' ? 'kept' : 'dropped',
    mailerNames: mailerNames(config.mailerSyslogName, dialect),
    mailerHost: config.mailerSyslogHost || undefined,
    attribution: config.attribution,
    ownHost,
    dialect,
  };
}
