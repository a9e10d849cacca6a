/**
 * Writes the report as text: whole for a terminal, or short enough for a mail that somebody reads each morning. Decides
 * how much of each part to show; `sections.ts` decides what a part says.
 */
import type {Overview} from './overview.js';
import type {Columns, Section} from './section.js';
import {manyText, minuteText} from './section-text.js';
import {sectionsOf} from './sections.js';
import {table} from '../report/tables/table.js';

/** At most so many rows of each table on a terminal. A count: `--json` and the page have more. */
const mostRows = 20;

/** The part of a table that a digest shows: a count of rows, and columns by their positions. */
interface Short {
  readonly rows: number;
  readonly columns: readonly number[];
}

/** Parts that are not named here are not in a digest, or have no table there. */
const digestParts: Readonly<Record<string, Short>> = {
  summary: {rows: 0, columns: []},
  doubtful: {rows: 10, columns: [0, 1, 4]},
  time: {rows: 8, columns: [0, 1, 2, 3, 4, 5]},
  answers: {rows: 0, columns: []},
  offenders: {rows: 10, columns: [0, 1, 2, 4]},
  networks: {rows: 5, columns: [0, 1, 2]},
  outgoing: {rows: 5, columns: [1, 2, 4]},
  complaints: {rows: 5, columns: [0, 1, 3]},
};

/** Bounds of a digest. Counts: nobody reads more, and `blocksmtp report` has the rest. */
const mostDigestLines = 90;
const mostLineCharacters = 160;

export function overviewText(overview: Overview): string {
  const parts = sectionsOf(overview).map((section) =>
    partText(section, section.table && newest(section, mostRows)),
  );
  return parts.join('\n');
}

interface DigestText {
  /** For the subject of a mail. */
  readonly title: string;
  readonly lines: readonly string[];
}

/** Likely false positives come first, right behind the summary. */
export function digestText(overview: Overview): DigestText {
  const text = sectionsOf(overview)
    .filter(({id}) => Object.hasOwn(digestParts, id))
    .map((section) => partText(section, section.table && shortened(section, section.table)))
    .join('\n');
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(0, mostDigestLines).map((line) => line.slice(0, mostLineCharacters));
  return {
    title: titleOf(overview),
    lines: [...shown, '', 'All of it, with plots: blocksmtp report --html FILE'],
  };
}

function titleOf({doubtful, sums, fromMs}: Overview): string {
  const doubts = doubtful.all === 0 ? '' : `${manyText(doubtful.all, 'likely false positive')}, `;
  return `report: ${doubts}${manyText(sums.blocks, 'block')} since ${minuteText(fromMs)}`;
}

function partText({title, lines}: Section, columns: Columns | undefined): string {
  const said = lines.map((line) => `${line}\n`).join('');
  const rows = columns === undefined || columns.rows.length === 0 ? '' : tableText(columns);
  return `${title.toUpperCase()}\n${said}${rows}`;
}

const tableText = ({head, rows, more}: Columns): string =>
  `${table([head, ...rows])}${more > 0 ? `${manyText(more, 'more row')}.\n` : ''}`;

/** Of a table over time the newest rows, of other tables the first. */
function newest({id, table: columns}: Section, most: number): Columns | undefined {
  if (columns === undefined) return undefined;
  const {rows, more} = columns;
  const shown = id === 'time' ? rows.slice(-most) : rows.slice(0, most);
  return {...columns, rows: shown, more: more + rows.length - shown.length};
}

function shortened(section: Section, columns: Columns): Columns | undefined {
  const short = digestParts[section.id];
  if (short === undefined || short.rows === 0) return undefined;
  const cut = newest({...section, table: columns}, short.rows);
  if (cut === undefined) return undefined;
  const chosen = (cells: readonly string[]): string[] => short.columns.map((at) => cells[at] ?? '');
  return {...cut, head: chosen(cut.head), rows: cut.rows.map(chosen)};
}
