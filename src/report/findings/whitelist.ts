/** What `doctor` finds about the whitelist. */
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from '../finding.js';
import {entriesText, whitelistTrouble} from '../../score/whitelist-view.js';

export function whitelistFindings({whitelist}: Facts): Finding[] {
  const trouble = whitelistTrouble(whitelist);
  if (trouble !== undefined) return [bad(trouble)];
  return whitelist.kind === 'none'
    ? [advice(`${whitelist.why}: nobody is whitelisted`)]
    : [good(`${entriesText(whitelist.entries)} in ${whitelist.file}`)];
}
