/** What the project promises about its speed, and whether this run kept it. */
import {table} from './figures.js';

/** One figure of this run beside its limit. */
export interface Measured {
  /** The section of the bench. */
  readonly room: string;
  readonly what: string;
  readonly value: number;
  /** `ms`, `MB`, ...; empty for a ratio. */
  readonly unit: string;
  readonly is: 'atMost' | 'atLeast';
  readonly limit: number;
  /** The best peer in the same run, in the same unit. */
  readonly peer?: number | undefined;
}

export type Findings = {
  readonly aims: [aim: string, isMet: boolean][];
  readonly figures: Measured[];
  readonly skips: string[];
};

const aims: Findings['aims'] = [];
const figures: Measured[] = [];
const skips: Findings['skips'] = [];

/** All that was found so far, for a parent to adopt. */
export const findings = (): Findings => ({aims, figures, skips});

/** What a child has found counts as ours. */
export function adopt(found: Findings): void {
  aims.push(...found.aims);
  figures.push(...found.figures);
  skips.push(...found.skips);
}

/** What holds or does not, and is no figure. */
export function aim(text: string, isMet: boolean): void {
  aims.push([text, isMet]);
}

/** For the table of its room at the end. */
export function measured(found: Measured): void {
  figures.push(found);
}

/** A part that could not be measured here: said at once, and again at the end. */
export function skip(what: string, why: string): void {
  const text = `${what} skipped: ${why}`;
  console.log(text);
  skips.push(text);
}

export function heading(section: string, about: string): void {
  console.log(`\n== ${section} ==  ${about}\n`);
}

export function printTable(rows: readonly (readonly string[])[]): void {
  console.log(`${table(rows)}\n`);
}

/** @returns the exit code: an error where an aim was missed or nothing was measured */
export function conclude(): number {
  for (const room of new Set(figures.map((each) => each.room))) {
    heading(room, 'beside its limits');
    const rows = figures.filter((each) => each.room === room).map(rowOf);
    printTable([['', 'measured', 'limit', 'of the limit', 'of the best peer', ''], ...rows]);
  }
  for (const [text, isMet] of aims) console.log(`${word(isMet)}  ${text}`);
  for (const text of skips) console.log(`        ${text}`);
  const all = [...aims.map(([, isMet]) => isMet), ...figures.map(isWithin)];
  return all.length > 0 && all.every(Boolean) ? 0 : 1;
}

// A figure that could not be taken is within no limit.
const isWithin = ({value, is, limit}: Measured): boolean =>
  is === 'atMost' ? value <= limit : value >= limit;

const word = (isMet: boolean): string => (isMet ? 'met   ' : 'MISSED');

function rowOf(found: Measured): string[] {
  const {what, value, unit, is, limit, peer} = found;
  const inUnit = (number: number): string => `${short(number)} ${unit}`.trimEnd();
  return [
    what,
    inUnit(value),
    `${is === 'atMost' ? '<=' : '>='} ${inUnit(limit)}`,
    (value / limit).toFixed(2),
    peer === undefined ? '-' : short(value / peer),
    word(isWithin(found)),
  ];
}

/** Three digits, and none for nothing. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
