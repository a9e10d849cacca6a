/** What came of a replay, and how it is told to people. */
import {durationText} from '../../base/duration.js';
import {localTime, table} from './table.js';

/** Printed as it is by `--json`. Counts. */
export interface Replayed {
  lines: number;
  files: number;
  unknownRecipients: number;
  otherSigns: number;
  exempt: number;
  unproven: number;
  unresolved: number;
  disputed: number;
  readonly blocks: ReplayedBlock[];
}

interface ReplayedBlock {
  readonly network: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly repeat: number;
  readonly reason: string;
}

const heading = ['BLOCKED AT', 'CLIENT', 'FOR', 'WHY'];

export function replayedText(replayed: Replayed): string {
  const {blocks} = replayed;
  const rows = blocks.map(({network, fromMs, untilMs, repeat, reason}) => {
    const length = durationText(Math.round((untilMs - fromMs) / 1000));
    const again = repeat > 1 ? ` (block no. ${repeat})` : '';
    return [localTime(fromMs), network, length, `${reason}${again}`];
  });
  return `${rows.length === 0 ? '' : table([heading, ...rows])}${summary(replayed)}`;
}

function summary(replayed: Replayed): string {
  const {
    lines,
    files,
    unknownRecipients,
    otherSigns,
    exempt,
    unproven,
    unresolved,
    disputed,
    blocks,
  } = replayed;
  const clients = new Set(blocks.map(({network}) => network)).size;
  const parts = [
    `${lines} lines in ${files} ${files === 1 ? 'file' : 'files'}`,
    `${unknownRecipients} unknown recipients counted`,
    ...(otherSigns === 0 ? [] : [`${otherSigns} other signs`]),
    `${exempt} of exempt clients`,
    ...(unproven === 0 ? [] : [`${unproven} without a verified proof`]),
    `${unresolved} never tied to a client`,
    `${disputed} envelopes in dispute`,
  ];
  return `${parts.join(', ')}.\n${blocks.length} blocks of ${clients} clients would have been made; nothing was changed.\n`;
}
