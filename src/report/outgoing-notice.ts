/**
 * What the log says about outgoing mail when a run of the daemon begins. It helps an operator who asks a year
 * later why no mail gets out, or why a warning names a program that is allowed.
 * `outgoing/egress/live/egress-guard.ts` decides what the rules are.
 */
import type {Config} from '../config/schema.js';

export type NoticeSettings = Pick<
  Config,
  'outbound' | 'outboundPorts' | 'allowedSenders' | 'allowedDestinations'
>;

/** For the log at the start, and for `doctor`: an entry with a wrong name allows nobody. */
export const unknownUserText = (user: string): string =>
  `allowed_senders: no user "${user}" in /etc/passwd, so this entry allows nobody: correct the name, or give the number of the user`;

/** @returns undefined if there are no rules */
export function outboundNotice(settings: NoticeSettings): string | undefined {
  const {outbound, outboundPorts, allowedSenders, allowedDestinations} = settings;
  if (outbound !== 'hold' && outbound !== 'reject') return undefined;
  const ports = `port${outboundPorts.length === 1 ? '' : 's'} ${outboundPorts.join(', ')}`;
  const deed = {hold: 'held back until it is known whose it is', reject: 'rejected'}[outbound];
  // The rules can match users only, and no programs.
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
