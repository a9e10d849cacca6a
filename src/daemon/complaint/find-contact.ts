/** The way to the people behind a network. The one place where a search is chosen. */
import type {FindContact} from '../../complaint/contact/answer.js';

/** Asked again so late. Ms. */
const againMs = 86_400_000;

export const findContact: FindContact = (_address, nowMs) =>
  Promise.resolve({
    kind: 'failed',
    why: 'this version cannot look up contacts',
    againMs: nowMs + againMs,
  });
