/** Words that all parts of the report share. */
import type {Some} from './overview.js';
import type {Columns} from './section.js';
import {countText} from '../base/count.js';
import {localTime} from '../base/time-text.js';

/** Local time to the minute: `2026-11-21 12:00`. The summary and the foot of the page name the zone. */
export const minuteText = (ms: number): string => localTime(ms).slice(0, 16).replace('T', ' ');

/** `12,345`. */
export const numberText = (count: number): string =>
  String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

/** `12,345 blocks`. */
export const manyText = (count: number, one: string): string =>
  countText(count, one).replace(String(count), numberText(count));

export const tableOf = <Value>(
  caption: string,
  head: readonly string[],
  {all, shown}: Some<Value>,
  cells: (value: Value) => readonly string[],
): Columns => ({caption, head, rows: shown.map(cells), more: all - shown.length});
