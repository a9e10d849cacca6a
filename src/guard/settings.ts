/** What the guard needs of the configuration. */
import type {Config} from '../config/schema.js';
import {mailerNames} from '../hearing/names.js';
import type {Dialect} from '../mail/dialect.js';
import type {Policy} from '../score/policy.js';

export interface GuardSettings {
  readonly policy: Policy;
  /** Blocks that can stand at once, the operator's too. A count. */
  readonly blocksMax: number;
  /** Blocks that evidence can make in one minute of the clock. A count. */
  readonly blocksPerMinute: number;
  /** Whose lines count, by the names of the program in the syslog. */
  readonly mailerNames: readonly string[];
  /** Whose lines count, by host; undefined: every host's. */
  readonly mailerHost: string | undefined;
  /** What is counted: every proof, or only what no log text can forge. */
  readonly attribution: 'any' | 'verified';
  /** This machine's name: only about lines from here can the machine be asked. */
  readonly ownHost: string;
  /** How the mailer says it. */
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
 * @param use `past`: without `blocks_per_minute`, which lives in the clock's time, and without the care of
 *   a first day: a replay and an explanation see only what stands in their files
 * @param dialect of the mailer whose log it is
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
    mailerNames: mailerNames(config.mailerSyslogName, dialect),
    mailerHost: config.mailerSyslogHost || undefined,
    attribution: config.attribution,
    ownHost,
    dialect,
  };
}
