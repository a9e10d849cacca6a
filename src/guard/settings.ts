/** What the guard needs of the configuration. */
import type {Config} from '../config/schema.js';
import type {Dialect} from '../mail/dialect.js';
import type {GuardSettings} from './guard.js';

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
  const {blocksMax, blocksPerMinute, goodSendersMax} = config;
  return {
    policy: {
      threshold: config.threshold,
      leastUnknownShare: config.leastUnknownShare / 100,
      leakSeconds: config.leakTime,
      blockSeconds: config.blockTime,
      blockFactor: config.blockTimeFactor,
      longestBlockSeconds: config.blockTimeMax,
      repeatMemorySeconds: config.repeatMemory,
    },
    brakes:
      use === 'live'
        ? {blocksMax, blocksPerMinute, goodSendersMax}
        : {blocksMax, blocksPerMinute: Number.POSITIVE_INFINITY, goodSendersMax: 0},
    mailerName: config.mailerSyslogName,
    mailerHost: config.mailerSyslogHost || undefined,
    attribution: config.attribution,
    ownHost,
    dialect,
  };
}
