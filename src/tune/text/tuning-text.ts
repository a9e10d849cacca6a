/** Writes a tuning for people: a table of prices, the proposal with its reasons, and the clients that it concerns. */
import {countText} from '../../base/count.js';
import {table} from '../../report/tables/table.js';
import {localTime} from '../../base/time-text.js';
import type {JudgedTrial, LogFacts, Price} from '../price.js';
import {settingText} from '../trial-text.js';
import type {KnownClient, Tuning} from '../tuning.js';

/** At most so many clients are named in each list. A count: `--json` has more. */
const mostNamed = 10;

export function tuningText(tuning: Tuning): string {
  const {log, trials, proposal} = tuning;
  const head = headText(log, trials.length);
  if (proposal.kind === 'none') {
    return `${head}No proposal: the log tells too little.\n${lines(proposal.why)}`;
  }
  return `${head}\n${pricesText(trials)}\n${proposalText(tuning)}${whoText(tuning)}`;
}

function headText({fromMs, untilMs, ...log}: LogFacts, trials: number): string {
  const when =
    fromMs === null || untilMs === null ? '' : `, ${localTime(fromMs)} to ${localTime(untilMs)}`;
  const files = countText(log.files.length, 'file');
  const first = `${log.lines} lines in ${files}${when}; ${trials} settings judged; nothing was changed.\n`;
  if (log.checkDays === 0) return first;
  return `${first}The first day only shows who is known. Each figure is of the ${countText(log.fitDays, 'day')} behind it, on which is chosen, / of the ${countText(log.checkDays, 'day')} after, by which the choice is checked.\n`;
}

const columns: readonly (readonly [string, keyof Price])[] = [
  ['BLOCKED', 'blocked'],
  ['SPARED', 'spared'],
  ['ANSWERS', 'answers'],
  ['LIKELY INNOCENT', 'likelyInnocent'],
  ['GOOD MAIL KEPT AWAY', 'goodDuring'],
];

const pricesText = (trials: readonly JudgedTrial[]): string =>
  table([
    ['SETTING', ...columns.map(([head]) => head)],
    ...trials.map((trial) => [
      trialName(trial),
      ...columns.map(([, of]) => `${trial.fit[of]} / ${trial.check[of]}`),
    ]),
  ]);

const trialName = (trial: JudgedTrial): string =>
  `${settingText(trial)}${trial.is === 'today' ? ' (today)' : ''}`;

function proposalText({proposal, trials}: Tuning): string {
  const today = trials.find(({is}) => is === 'today');
  if (proposal.kind !== 'change' || today === undefined) {
    return `Proposal: keep today's settings.\n${lines(proposal.why)}`;
  }
  const {to} = proposal;
  const before = settingText({...today, changes: to.changes}).split(' = ')[1];
  return `Proposal: ${settingText(to)}, instead of ${before}.\n${lines(proposal.why)}`;
}

const whoText = ({likelyInnocent, changed}: Tuning): string =>
  [
    clients(
      "Blocked by today's settings, though good mail came from there (if you know one: blocksmtp allow ADDRESS):",
      likelyInnocent,
    ),
    clients('Blocked by the proposal, and not today:', changed?.blockedMore ?? []),
    clients('Blocked today, and not by the proposal:', changed?.spared ?? []),
  ].join('');

function clients(title: string, known: readonly KnownClient[]): string {
  if (known.length === 0) return '';
  const rows = known
    .slice(0, mostNamed)
    .map(({client, asked, goodMail}) => [
      `  ${client}`,
      client.includes('/') && asked === 0 ? 'a network' : countText(asked, 'unknown name'),
      countText(goodMail, 'good message'),
    ]);
  const more = known.length - rows.length;
  const rest = more > 0 ? `  and ${more} more: --json names them\n` : '';
  return `\n${title}\n${table(rows)}${rest}`;
}

const lines = (sentences: readonly string[]): string =>
  sentences.map((sentence) => `- ${sentence}\n`).join('');
