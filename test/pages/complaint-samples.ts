/** Complaints that are on, so that every figure is there. */
import type {Status} from '../../src/report/status.js';

/** They have figures only where they are on. */
export const everyComplaint: NonNullable<Status['complaints']> = {
  mode: 'send',
  shown: 'all',
  ...{due: 0, open: 0, held: {noContact: 0, refused: 0, unknown: 0}},
  ...{lookUpFailures: 0, sent: 0, bounces: 0, answers: 0},
};
