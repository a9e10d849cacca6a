/** What `doctor` finds about the whitelist. */
import {countText} from '../../base/count.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from '../finding.js';

export function whitelistFindings({whitelist, config}: Facts): Finding[] {
  if ('why' in whitelist) return [advice(`${whitelist.why}: nobody is whitelisted`)];
  const {entries, problems} = whitelist;
  if (problems > 0)
    return [
      bad(
        `${countText(problems, 'bad line')} in ${config.whiteList}: \`blocksmtp check 127.0.0.1\` names them`,
      ),
    ];
  return [good(`${entries} ${entries === 1 ? 'entry' : 'entries'} in ${config.whiteList}`)];
}
