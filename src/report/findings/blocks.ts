/**
 * What `doctor` finds about blocks: whether they keep their clients away, and whether each block ends.
 */
import {endlessText} from '../../blocks/overdue.js';
import type {PassageWay} from '../../blocks/passage.js';
import {wayText} from '../effect-text.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding} from '../finding.js';

/** What the operator can do. */
const remedy: Readonly<Record<PassageWay, string>> = {
  otherHost:
    'run blocksmtp on that host, or have its packets pass the chain where they are forwarded (hook_chains)',
  container:
    'have the packets pass the chain where they are forwarded (hook_chains, as DOCKER-USER)',
  otherPort: 'name the ports at which clients are served (mailer_ports)',
  unknown:
    'see `iptables -t nat -S` and the counter of the rule (`iptables -nvL`): one that stays 0 is met by no packet',
};

export const blockFindings = (facts: Facts): Finding[] => [
  ...effectFindings(facts),
  ...endlessFindings(facts),
];

function endlessFindings({status}: Facts): Finding[] {
  if ('unavailable' in status || status.endless === undefined) return [];
  return [bad(endlessText(status.endless, 'notRunning'))];
}

function effectFindings({status}: Facts): Finding[] {
  if ('unavailable' in status) return [];
  const {effect} = status;
  if (effect === undefined || effect.kind === 'undisputed') return [];
  const {kind, client, way} = effect;
  const what = `blocks have no effect: ${client} began a session while it was blocked: ${wayText[way]}; ${remedy[way]}`;
  return [kind === 'lately' ? bad(what) : advice(`earlier than an hour ago, ${what}`)];
}
