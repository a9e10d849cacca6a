/** What the guard needs of the configuration. */
import type {Config} from '../config/schema.js';
import type {Dialect} from '../mail/dialect.js';
import type {BrakeSettings} from '../score/brake.js';
import type {Policy} from '../score/policy.js';

export interface GuardSettings {
  readonly policy: Policy;
  readonly brakes: BrakeSettings;
  /** Whose lines count, by the name of the program in the syslog. */
  readonly mailerName: string;
  /** Whose lines count, by host; undefined: every host's. */
  readonly mailerHost: string | undefined;
  /** What is counted: every proof, or only what no log text can forge. */
  readonly attribution: 'any' | 'verified';
  /** This machine's name: only about lines from here can the machine be asked. */
  readonly ownHost: string;
  /** How the mailer says it. */
  readonly dialect: Dialect;
}

/**
 * @param ownHost this machine's name
 * @param use `past`: without the brakes, but for `blocks_max`. They live in the clock's time and in
 *   the weeks before, and a replay or an explanation sees neither: only what stands in its files.
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
      leastUnknownShare: 0.2,
      leakSeconds: 600,
      blockSeconds: config.blockTime,
      blockFactor: 2,
      longestBlockSeconds: config.blockTimeMax,
      repeatMemorySeconds: 30 * 86_400,
    },
    brakes:
      use === 'live'
        ? {blocksMax, blocksPerMinute, goodSendersMax: 3}
        : {blocksMax, blocksPerMinute: Number.POSITIVE_INFINITY, goodSendersMax: 0},
    mailerName: config.mailerSyslogName,
    mailerHost: config.mailerSyslogHost || undefined,
    attribution: config.attribution,
    ownHost,
    dialect,
  };
}
