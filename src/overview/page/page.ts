/**
 * Makes the report as one page of HTML. The page loads nothing and runs no script. It can be read on a phone, with the
 * keyboard and with a screen reader. `style.ts` decides how it looks. It says the same as the text
 * (`overview/sections.ts`).
 */
import type {Overview} from '../overview.js';
import type {Columns, Section} from '../section.js';
import {manyText, minuteText} from '../section-text.js';
import {sectionsOf} from '../sections.js';
import {element, type Markup, styles} from './markup.js';
import {plotMarkup} from './plot.js';
import {styleSheet} from './style.js';
import {zoneText} from '../../base/time-text.js';

/** Forbids the browser to load or run anything, whatever the page contains. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * @param host the relay, for the title
 * @param further parts behind the summary, such as a comparison of two policies
 */
export function pageOf(overview: Overview, host: string, further: readonly Section[] = []): string {
  const {fromMs, untilMs} = overview;
  const [summary, ...others] = sectionsOf(overview);
  const sections = [...(summary === undefined ? [] : [summary]), ...further, ...others];
  const title = `blocksmtp report: ${host}`;
  const head = element(
    'head',
    {},
    element('meta', {charset: 'utf-8'}),
    element('meta', {'http-equiv': 'Content-Security-Policy', content: policy}),
    element('meta', {name: 'viewport', content: 'width=device-width, initial-scale=1'}),
    element('meta', {name: 'referrer', content: 'no-referrer'}),
    element('title', {}, title),
    styles(styleSheet),
  );
  const body = element(
    'body',
    {},
    element('header', {}, element('h1', {}, title)),
    navigation(sections),
    element(
      'main',
      {},
      sections.map((each) => sectionMarkup(each)),
    ),
    element(
      'footer',
      {},
      element('p', {}, `All times: ${zoneText(fromMs, untilMs)}. Until ${minuteText(untilMs)}.`),
    ),
  );
  return `<!DOCTYPE html>\n${element('html', {lang: 'en'}, head, body).markup}\n`;
}

const navigation = (sections: readonly Section[]): Markup =>
  element(
    'nav',
    {'aria-label': 'Parts of the report'},
    element(
      'ul',
      {},
      sections.map(({id, title}) => element('li', {}, element('a', {href: `#${id}`}, title))),
    ),
  );

function sectionMarkup(section: Section): Markup {
  const {id, title, lines, plot, table} = section;
  const heading = `${id}-title`;
  const names = {id, 'aria-labelledby': heading};
  const attributes = table === undefined ? names : {...names, class: 'some'};
  return element(
    'section',
    attributes,
    element('h2', {id: heading}, title),
    lines.map((line) => element('p', {}, line)),
    plot === undefined ? [] : plotMarkup(plot, id),
    table === undefined ? [] : valuesMarkup(section, table),
  );
}

/** At most so many rows are shown unfolded. A count: with more, a reader on a phone would not find the next part. */
const mostOpenRows = 12;

/** The rows behind a plot, and many rows, are folded; the reader opens them by mouse or keyboard. */
function valuesMarkup({id, plot}: Section, table: Columns): readonly Markup[] {
  const {caption, rows, more} = table;
  const all = `${id}-values`;
  if (plot !== undefined) return [folded('The values as a table', tableMarkup(table, all))];
  if (rows.length <= mostOpenRows) return [tableMarkup(table, all)];
  const first = {...table, rows: rows.slice(0, mostOpenRows), more: 0};
  const rest = {...table, rows: rows.slice(mostOpenRows), caption: `${caption}, the others`};
  const title = manyText(rest.rows.length + more, 'more row');
  return [tableMarkup(first, all), folded(title, tableMarkup(rest, `${id}-others`))];
}

const folded = (title: string, values: Markup): Markup =>
  element('details', {}, element('summary', {}, title), values);

/** `12,345` or `1.5`; an address has more dots. */
const isNumber = (cell: string): boolean => /^-?[\d,]+(?:\.\d+)?(?: \(now\))?$/.test(cell);

const isTime = (cell: string): boolean => /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(cell);

/** Columns whose every cell is a number or empty are aligned to the right. */
function numberColumns({head, rows}: Columns): readonly boolean[] {
  return head.map((_, at) => {
    const cells = rows.map((row) => row[at] ?? '-').filter((cell) => cell !== '-');
    return cells.length > 0 && cells.every(isNumber);
  });
}

function tableMarkup(table: Columns, id: string): Markup {
  const {caption, head, rows, more} = table;
  const numbers = numberColumns(table);
  const classOf = (at: number, cell = ''): Readonly<Record<string, string>> => {
    if (numbers[at] === true) return {class: 'number'};
    return isTime(cell) ? {class: 'time'} : {};
  };
  const heads = head.map((cell, at) =>
    element('th', {scope: 'col', role: 'columnheader', ...classOf(at)}, cell),
  );
  const bodies = rows.map((row) =>
    element(
      'tr',
      {role: 'row'},
      row.map((cell, at) =>
        at === 0
          ? element('th', {scope: 'row', role: 'rowheader', ...classOf(at, cell)}, cell)
          : element('td', {role: 'cell', 'data-head': head[at] ?? '', ...classOf(at, cell)}, cell),
      ),
    ),
  );
  const body = element(
    'table',
    // On a phone the table is laid out as a list. Without the roles some browsers would treat it as a list.
    {class: 'stack', role: 'table'},
    element('caption', {}, caption),
    element('thead', {role: 'rowgroup'}, element('tr', {role: 'row'}, heads)),
    element('tbody', {role: 'rowgroup'}, bodies),
  );
  const scrolls = {class: 'wide', role: 'region', 'aria-label': `${caption}: table`, tabindex: 0};
  const rest =
    more > 0 ? [element('p', {}, `${manyText(more, 'more row')}: blocksmtp report --json`)] : [];
  return element('div', {id}, element('div', scrolls, body), rest);
}
