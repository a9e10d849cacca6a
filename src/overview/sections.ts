/**
 * Makes the parts of the report, in the order for a reader in a hurry: first what was blocked wrongly, then what
 * was blocked. A part without data says so in one line. Makes foreign text printable.
 */
import type {Doubt, Doubtful, NetworkSum, Offender, Overview, Some, TimeRow} from './overview.js';
import {complaintSection, outgoingSection} from './other-sections.js';
import type {Columns, Section, Series} from './section.js';
import {manyText, minuteText, numberText, tableOf} from './section-text.js';
import {byDay} from './time-rows.js';
import {printable} from '../base/printable.js';
import {localTime, zoneText} from '../base/time-text.js';
import {leastThreshold} from '../config/settings/judging.js';
import type {Counted} from '../tally/hours.js';
import {dayMs} from '../tally/score-days.js';

/** Length of a reason in a table. Characters: enough for some of the names in it. */
const reasonCharacters = 160;

export function sectionsOf(overview: Overview): Section[] {
  return [
    summary(overview),
    doubtSection(overview),
    timeSection(overview),
    answerSection(overview),
    offenderSection(overview),
    networkSection(overview.networks),
    curveSection(overview),
    outgoingSection(overview.outgoing),
    complaintSection(overview.complaints),
  ];
}

function summary(overview: Overview): Section {
  const {from, fromMs, untilMs, countedFromMs, blocksFromMs, sums, offenders, doubtful} = overview;
  const source =
    from.kind === 'memory'
      ? 'from the memory of the daemon'
      : `a replay of ${manyText(from.lines, 'line')} in ${manyText(from.files, 'file')}`;
  const doubts =
    doubtful.all === 0
      ? 'Nothing speaks for any of them.'
      : `LOOK AT ${numberText(doubtful.all)}: something speaks for them, see below.`;
  const whom = `${numberText(offenders.all)} ${offenders.all === 1 ? 'client or network' : 'clients and networks'}`;
  return {
    id: 'summary',
    title: 'Summary',
    lines: [
      `From ${minuteText(fromMs)} to ${minuteText(untilMs)} (${zoneText(fromMs, untilMs)}), ${source}.`,
      `${manyText(sums.guesses, 'unknown name')} counted against clients, ${numberText(sums.spared)} of clients that were spared.`,
      `${manyText(sums.blocks, 'block')}. ${manyText(sums.delivered, 'message')} of clients arrived.`,
      ...(offenders.all === 0 ? [] : [`Blocked: ${whom}. ${doubts}`]),
      ...(countedFromMs === null || countedFromMs <= fromMs
        ? []
        : [
            `The counts begin ${minuteText(countedFromMs)}; clients that were blocked are those since ${minuteText(blocksFromMs)}.`,
          ]),
    ],
  };
}

function doubtSection({doubtful, offenders, from}: Overview): Section {
  const [id, title] = ['doubtful', 'Likely false positives'];
  if (doubtful.all === 0) {
    const why =
      offenders.all === 0
        ? 'Nobody was blocked.'
        : 'None: nothing speaks for anybody who was blocked.';
    return {id, title, lines: [why]};
  }
  const lines = [
    'Blocked, and something speaks for them. Guessers deliver spam too: look at each.',
    'To let one in for good: blocksmtp allow ADDRESS. All that is known of one: blocksmtp why ADDRESS.',
  ];
  const head = [
    'CLIENT',
    'WHAT SPEAKS FOR IT',
    'BLOCKED',
    'LAST',
    ...nowHead(from),
    'WHY IT WAS BLOCKED',
  ];
  const cells = (each: Doubtful): string[] => [
    printable(each.network, reasonCharacters),
    each.doubts.map(doubtText).join('; '),
    timesText(each.blocks),
    minuteText(each.lastMs),
    ...nowCell(from, each),
    printable(each.reason, reasonCharacters),
  ];
  return {id, title, lines, table: tableOf(title, head, doubtful, cells)};
}

function doubtText(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'delivered': {
      const {recipients, days, lastMs} = doubt;
      const last = lastMs === null ? '' : `, last ${minuteText(lastMs)}`;
      return `mail to ${manyText(recipients, 'recipient')} on ${manyText(days, 'day')}${last}`;
    }
    case 'goodMail': {
      const {before, during, after} = doubt;
      return `good mail: ${before} before, ${during} during a block, ${after} after`;
    }
    case 'friend':
      return 'our users write to it';
    case 'lifted':
      return `${liftedWords[doubt.by]} ${minuteText(doubt.atMs)}`;
  }
}

const liftedWords: Readonly<Record<Extract<Doubt, {kind: 'lifted'}>['by'], string>> = {
  operator: 'you unblocked it',
  exempt: 'it was allowed',
  brake: 'taken back, the relay had lost its users',
  notConfirmed: 'taken back, the configuration was not confirmed',
};

const timesText = (count: number): string => (count === 1 ? 'once' : `${numberText(count)} times`);
/** The column that shows whether a block is in force. A log cannot show that. */
const nowHead = ({kind}: Overview['from']): string[] => (kind === 'log' ? [] : ['NOW']);

function nowCell({kind}: Overview['from'], {untilMs}: Offender): string[] {
  if (kind === 'log') return [];
  return [untilMs === null ? 'free' : `until ${minuteText(untilMs)}`];
}

/** A table of hours has at most so many rows. A count: with more, its rows are days. */
const mostHourRows = 48;

function timeSection({times, sums, countedFromMs, fromMs}: Overview): Section {
  const [id, title] = ['time', 'Guesses, blocks and spared over time'];
  const names: readonly (readonly [string, Counted])[] = [
    ['guesses', 'guesses'],
    ['spared', 'spared'],
    ['while blocked', 'whileBlocked'],
    ...(sums.unproven === 0 ? [] : [['not proven', 'unproven'] as const]),
  ];
  const isEmpty = [...names.map(([, what]) => what), 'blocks' as const, 'delivered' as const].every(
    (what) => sums[what] === 0,
  );
  if (isEmpty) return {id, title, lines: [nothingCounted(countedFromMs)]};
  const rows =
    times.step === 'hour' && times.rows.length > mostHourRows ? byDay(times.rows) : times.rows;
  const isDay = times.step === 'day' || rows !== times.rows;
  const timeText = (ms: number): string => (isDay ? localTime(ms).slice(0, 10) : minuteText(ms));
  const table: Columns = {
    caption: title,
    head: [
      isDay ? 'DAY' : 'HOUR',
      ...names.map(([name]) => name.toUpperCase()),
      'BLOCKS',
      'MESSAGES',
    ],
    rows: rows.map((row) => [
      timeText(row.atMs),
      ...names.map(([, what]) => numberText(row[what])),
      numberText(row.blocks),
      numberText(row.delivered),
    ]),
    more: 0,
  };
  const began =
    countedFromMs !== null && countedFromMs > fromMs
      ? [`The counts begin ${minuteText(countedFromMs)}.`]
      : [];
  const series = names.map(([name, what]) => seriesOf(name, times.rows, what));
  const lines = [
    'Guesses: unknown names that no good mail of the client outweighs; a wrong address of an honest stranger is one too. Spared: of clients that are exempt or whose good mail outweighs them.',
    ...began,
  ];
  const plot = columns(`Unknown names in each ${times.step}`, 'names', times.rows, series);
  return {id, title, lines, table, plot};
}

const seriesOf = (name: string, rows: readonly TimeRow[], what: Counted): Series => ({
  name,
  values: rows.map((row) => row[what]),
});

const columns = (
  title: string,
  unit: string,
  rows: readonly TimeRow[],
  series: readonly Series[],
) => ({kind: 'columns', title, unit, times: rows.map(({atMs}) => atMs), series}) as const;

const nothingCounted = (countedFromMs: number | null): string =>
  countedFromMs === null
    ? 'Nothing was counted yet.'
    : `Nothing happened. The counts begin ${minuteText(countedFromMs)}.`;

function answerSection({sums, times}: Overview): Section {
  const [id, title] = ['answers', 'Blocks, and answers that guessers got'];
  if (sums.blocks === 0) return {id, title, lines: ['No block was made.']};
  const mean = Math.round((sums.beforeBlocks / sums.blocks) * 10) / 10;
  const lines = [
    `${manyText(sums.blocks, 'block')}: before them the blocked had ${manyText(sums.beforeBlocks, 'answer')} to unknown names, ${mean} for each block.`,
    `While a block stood, ${manyText(sums.whileBlocked, 'unknown name')} more ${sums.whileBlocked === 1 ? 'was' : 'were'} answered.`,
    ...(sums.lowBlocks === 0
      ? []
      : [
          `${numberText(sums.lowBlocks)} of the blocks came before the threshold, by the rules for strangers.`,
        ]),
  ];
  const series = [seriesOf('blocks', times.rows, 'blocks')];
  return {
    id,
    title,
    lines,
    plot: columns(`Blocks in each ${times.step}`, 'blocks', times.rows, series),
  };
}

function offenderSection({offenders, from, fromMs, blocksFromMs}: Overview): Section {
  const [id, title] = ['offenders', 'Offenders'];
  const since = blocksFromMs > fromMs ? [`Of blocks since ${minuteText(blocksFromMs)}.`] : [];
  if (offenders.all === 0) return {id, title, lines: ['Nobody was blocked.']};
  const head = [
    'CLIENT',
    'BLOCKED',
    'ANSWERS',
    'FIRST',
    'LAST',
    ...nowHead(from),
    'WHY, THE LAST TIME',
  ];
  const cells = (each: Offender): string[] => [
    printable(each.network, reasonCharacters),
    timesText(each.blocks),
    each.answers === null ? '-' : numberText(each.answers),
    minuteText(each.firstMs),
    minuteText(each.lastMs),
    ...nowCell(from, each),
    printable(each.reason, reasonCharacters),
  ];
  return {id, title, lines: since, table: tableOf(title, head, offenders, cells)};
}

function networkSection(networks: Some<NetworkSum>): Section {
  const [id, title] = ['networks', 'Networks of offenders'];
  if (networks.all === 0) return {id, title, lines: ['No two of the blocked lie close together.']};
  const cells = ({network, clients, blocks}: NetworkSum): string[] => [
    printable(network, reasonCharacters),
    numberText(clients),
    numberText(blocks),
  ];
  const head = ['NETWORK', 'BLOCKED CLIENTS', 'BLOCKS'];
  return {id, title, lines: [], table: tableOf(title, head, networks, cells)};
}

function curveSection({curve, fromMs}: Overview): Section {
  const [id, title] = ['thresholds', 'What each threshold would have done'];
  const {threshold, points, lowBlocks, above} = curve;
  const told = points.filter(
    (each) =>
      each.threshold >= leastThreshold && (above === 'answered' || each.threshold <= threshold),
  );
  if (told.every(({answers, blocks}) => answers === 0 && blocks === 0)) {
    return {id, title, lines: ['No unknown name was counted, so nothing is known.']};
  }
  const rest = lowBlocks === 0 ? '' : ` Other rules made ${manyText(lowBlocks, 'block')} besides.`;
  const limit =
    above === 'blocked'
      ? `Above ${threshold} the daemon cannot tell: who is blocked asks no more. A replay of a log tells more.`
      : `About, above ${threshold}: what the log has of the blocked after their block is counted on.`;
  const dayFromMs = Math.floor(fromMs / dayMs) * dayMs;
  const days =
    dayFromMs < fromMs ? [`Of whole days by UTC, so since ${minuteText(dayFromMs)}.`] : [];
  const cells = (each: (typeof told)[number]): string[] => [
    `${each.threshold}${each.threshold === threshold ? ' (now)' : ''}`,
    numberText(each.blocks),
    numberText(each.mailers),
    numberText(each.answers),
  ];
  const head = ['THRESHOLD', 'BLOCKS', 'OF CLIENTS WITH GOOD MAIL', 'ANSWERS TO GUESSERS'];
  return {
    ...{id, title},
    lines: [`The threshold is ${threshold}.${rest}`, limit, ...days],
    table: tableOf(title, head, {all: told.length, shown: told}, cells),
    plot: {
      kind: 'lines',
      title: 'Blocks by threshold',
      unit: 'blocks',
      axis: 'threshold',
      at: told.map((each) => each.threshold),
      mark: threshold,
      series: [
        {name: 'all blocks', values: told.map(({blocks}) => blocks)},
        {name: 'of clients with good mail', values: told.map(({mailers}) => mailers)},
      ],
    },
  };
}
