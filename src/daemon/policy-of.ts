/** The judge's policy, as the configuration has it. */
import type {Config} from '../config/schema.js';
import type {Policy} from '../score/policy.js';

export function policyOf(config: Config): Policy {
  return {
    threshold: config.threshold,
    leakSeconds: config.leakTime,
    blockSeconds: config.blockTime,
    blockFactor: config.blockTimeFactor,
    longestBlockSeconds: config.blockTimeMax,
    repeatMemorySeconds: config.repeatMemory,
  };
}
