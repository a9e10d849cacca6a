/**
 * What the log says about outgoing mail when a life begins. It is for an operator who wonders in a
 * year why nothing gets out, or why a warning names a program that is allowed.
 * `outgoing/egress/live/egress-guard.ts` decides what the rules are.
 */
import type {Config} from '../config/schema.js';

export type NoticeSettings = Pick<
  Config,
  'outbound' | 'outboundPorts' | 'allowedSenders' | 'allowedDestinations'
>;

/** To the start's log and to the doctor: a name that is wrong lets nobody pass. */
export const unknownUserText = (user: string): string =>
  `allowed_senders: no user "${user}" in /etc/passwd, so this entry allows nobody: correct the name, or give the number of the user`;

/** @returns undefined where there are no rules */
export function outboundNotice(settings: NoticeSettings): string | undefined {
  const {outbound, outboundPorts, allowedSenders, allowedDestinations} = settings;
  if (outbound !== 'hold' && outbound !== 'reject') return undefined;
  const ports = `port${outboundPorts.length === 1 ? '' : 's'} ${outboundPorts.join(', ')}`;
  const deed = {hold: 'held back until it is known whose it is', reject: 'rejected'}[outbound];
  // The rules know users only.
  const users = [...new Set(allowedSenders.map((entry) => entry.split(':', 1)[0]))];
  const passing = [
    users.length === 0 ? [] : [`of users ${users.join(', ')}`],
    allowedDestinations.length === 0
      ? []
      : [`to ${allowedDestinations.map(({text}) => text).join(', ')}`],
  ].flat();
  const but = passing.length === 0 ? '' : `, but ${passing.join(' and ')}`;
  return `outgoing mail to ${ports} is ${deed}${but}`;
}
