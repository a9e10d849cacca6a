/** What the guard needs of the configuration. */
import type {Config} from '../config/schema.js';
import type {GuardSettings} from '../guard.js';

/** @param ownHost this machine's name */
export function guardSettings(config: Config, ownHost: string): GuardSettings {
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
    mailerName: config.mailerSyslogName,
    mailerHost: config.mailerSyslogHost || undefined,
    attribution: config.attribution,
    ownHost,
  };
}
