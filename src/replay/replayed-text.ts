/** A replay as text: what would have been blocked, and what a log does not show. */
import {countText} from '../base/count.js';
import {durationText} from '../base/duration.js';
import {localTime} from '../base/time-text.js';
import type {HeardOffline} from '../hearing/offline.js';
import type {Replayed, ReplayedBrake, ReplayLimits} from './replayed.js';
import {table} from '../report/tables/table.js';

const heading = ['BLOCKED AT', 'CLIENT', 'FOR', 'WHY'];

export function replayedText(replayed: Replayed): string {
  const {blocks} = replayed;
  const rows = blocks.map(({network, fromMs, untilMs, repeat, reason}) => {
    const length = durationText(Math.round((untilMs - fromMs) / 1000));
    const again = repeat > 1 ? ` (block no. ${repeat})` : '';
    return [localTime(fromMs), network, length, `${reason}${again}`];
  });
  return `${rows.length === 0 ? '' : table([heading, ...rows])}${summary(replayed)}${limitsText(replayed.limits)}${replayed.heard === undefined ? '' : heardText(replayed.heard)}`;
}

function summary(replayed: Replayed): string {
  const {
    lines,
    files,
    unknownRecipients,
    otherSigns,
    exempt,
    paid,
    unproven,
    unresolved,
    disputed,
    blocks,
  } = replayed;
  const clients = new Set(blocks.map(({network}) => network)).size;
  const parts = [
    `${lines} lines in ${files} ${files === 1 ? 'file' : 'files'}`,
    `${unknownRecipients} unknown recipients counted`,
    ...(otherSigns === 0 ? [] : [countText(otherSigns, 'other sign')]),
    `${exempt} of exempt clients`,
    ...(paid === 0 ? [] : [`${paid} of clients that were blocked then`]),
    ...(unproven === 0 ? [] : [`${unproven} without a verified proof`]),
    `${unresolved} never tied to a client`,
    `${disputed} envelopes in dispute`,
  ];
  return `${parts.join(', ')}.\n${countText(blocks.length, 'block')} of ${countText(clients, 'client')} would have been made; nothing was changed.\n${brakesText(replayed.brakes)}`;
}

/** Periods that are shown. A count. */
const mostBrakes = 10;

function brakesText(brakes: readonly ReplayedBrake[]): string {
  const lines = brakes.slice(0, mostBrakes).map(({fromMs, untilMs}) => {
    const end = untilMs === null ? 'the end of the log' : localTime(untilMs);
    return `Nobody would have been judged from ${localTime(fromMs)} until ${end}: names that took mail that week were refused.\n`;
  });
  return lines.join('');
}

/** What does not count, and what would help. */
export const heardText = ({verdict, why}: HeardOffline): string =>
  why
    .map((each) => (verdict === 'deaf' ? `The mailer is NOT HEARD: ${each}\n` : `Note: ${each}\n`))
    .join('');

function limitsText({beganMs, likeDaemonFromMs, threshold}: ReplayLimits): string {
  const lines = [
    `A log names a client for sure when its envelope ends, and blocks begin then; the daemon sees the socket and blocks at unknown name no. ${threshold}.`,
  ];
  if (beganMs !== null && likeDaemonFromMs !== null) {
    const [began, like] = [localTime(beganMs), localTime(likeDaemonFromMs)];
    lines.push(
      `Nothing is known of before ${began}, so verdicts are like the daemon's from ${like} on; older logs help.`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
