/** The comparison of two policies over one log, as text: sums side by side, then each client. */
import type {ClientUnder, ComparedClient, Comparison} from './comparison.js';
import {goodOf} from './comparison.js';
import {countText} from '../base/count.js';
import {printable} from '../base/printable.js';
import type {Section} from '../overview/section.js';
import {localTime} from '../base/time-text.js';
import {table} from '../report/tables/table.js';

/** Clients that are shown one by one. A count: `--json` has them all. */
const mostShown = 40;
/** Of the name of a policy, as the head of a column. Characters. */
const mostNameCharacters = 40;

/** The same as parts of a page: the sums, and each client. */
export function comparisonSections({policies, clients}: Comparison): Section[] {
  const names = namesOf(policies);
  const shown = clients.slice(0, mostShown).map((client) => clientRow(client));
  const [title, of] = ['Two policies side by side', 'Whom each policy would have blocked'];
  const sums: Section = {
    ...{id: 'policies', title, lines: []},
    table: {caption: title, head: ['', ...names], rows: sumRows(policies), more: 0},
  };
  if (shown.length === 0) return [{...sums, lines: ['Neither would have blocked anybody.']}];
  const more = clients.length - shown.length;
  const lines = advice(clients)
    .split('\n')
    .filter((line) => line !== '');
  return [
    sums,
    {
      id: 'clients',
      title: of,
      lines,
      table: {caption: of, head: clientHead(names), rows: shown, more},
    },
  ];
}

const namesOf = (policies: readonly Policy[]): string[] =>
  policies.map(({name}) => printable(name, mostNameCharacters));

const sumRows = (policies: readonly Policy[]): string[][] =>
  rows.map(([what, of]) => [what, ...policies.map((policy) => String(of(policy)))]);

const clientHead = (names: readonly string[]): string[] => [
  'CLIENT',
  ...names.map((name) => `BLOCKED: ${name}`),
  'GOOD MAIL OF IT',
];

export function comparisonText({policies, clients}: Comparison): string {
  const names = namesOf(policies);
  const sums = table([['', ...names], ...sumRows(policies)]);
  const shown = clients.slice(0, mostShown).map((client) => clientRow(client));
  const more = clients.length - shown.length;
  const list =
    shown.length === 0
      ? 'Neither policy would have blocked anybody.\n'
      : table([clientHead(names), ...shown]);
  const rest = more > 0 ? `${countText(more, 'more client')}: --json lists them all.\n` : '';
  return `${sums}\n${list}${rest}${advice(clients)}`;
}

type Policy = Comparison['policies'][number];
const rows: readonly (readonly [string, (policy: Policy) => number])[] = [
  ['blocks', ({blocks}) => blocks],
  ['clients blocked', ({blockedClients}) => blockedClients],
  ['answers to unknown names that they got', ({answers}) => answers],
  ['blocked clients that also sent good mail', ({likelyInnocent}) => likelyInnocent],
  ['good messages while a block would stand', ({goodDuring}) => goodDuring],
];

function clientRow({client, under}: ComparedClient): string[] {
  const good = under.reduce((most, one) => (goodOf(one) > goodOf(most) ? one : most));
  return [client, ...under.map(blockedText), goodText(good)];
}

function blockedText({blocks, firstMs, answers}: ClientUnder): string {
  if (firstMs === null) return `no, ${countText(answers, 'answer')}`;
  const times = blocks === 1 ? '' : `, ${blocks} times`;
  return `${localTime(firstMs)}${times}, ${countText(answers, 'answer')}`;
}

function goodText(under: ClientUnder): string {
  const {goodBefore, goodDuring, goodAfter} = under;
  if (goodOf(under) === 0) return 'none';
  return `${goodBefore} before, ${goodDuring} during a block, ${goodAfter} after`;
}

function advice(clients: readonly ComparedClient[]): string {
  const doubtful = clients.filter(({under}) =>
    under.some((one) => one.blocks > 0 && goodOf(one) > 0),
  ).length;
  if (doubtful === 0) return '';
  return `Look at the first ${doubtful === 1 ? 'client' : `${doubtful} clients`}: blocked, though good mail came from there.\n`;
}
