/** The settings that the work on complaints needs. */
import type {Config} from '../config/schema.js';
import type {DueRules} from './due.js';

export type ComplaintConfig = Pick<
  Config,
  | 'complaints'
  | 'complaintFrom'
  | 'complaintAfter'
  | 'complaintClients'
  | 'complaintDelay'
  | 'complaintsPerDay'
  | 'complaintLetters'
  | 'dryRun'
>;

export const dueRules = (config: ComplaintConfig): DueRules => ({
  blocks: config.complaintAfter,
  clients: config.complaintClients,
  delaySeconds: config.complaintDelay,
});
