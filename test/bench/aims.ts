/** What the project promises about its speed, and whether this run kept it. */
import {table} from './figures.js';

/** One figure of this run, with its limit. */
export interface Measured {
  /** The section of the bench. */
  readonly room: string;
  readonly what: string;
  readonly value: number;
  /** `ms`, `MB`, ...; empty for a ratio. */
  readonly unit: string;
  readonly is: 'atMost' | 'atLeast';
  readonly limit: number;
  /** The figure of the best peer in the same run, in the same unit. */
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

/** Everything found so far. A child hands it to its parent (`adopt`). */
export const findings = (): Findings => ({aims, figures, skips});

/** Adds the findings of a child to ours. */
export function adopt(found: Findings): void {
  aims.push(...found.aims);
  figures.push(...found.figures);
  skips.push(...found.skips);
}

/** Notes an aim that is no figure: it is met or not. */
export function aim(text: string, isMet: boolean): void {
  aims.push([text, isMet]);
}

/** Notes a figure for the table of its room at the end. */
export function measured(found: Measured): void {
  figures.push(found);
}

/** Notes a part that could not be measured here. Prints it at once, and again at the end. */
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

/** @returns the exit code: an error if an aim was missed or nothing was measured */
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

// A figure that is not a number is within no limit.
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

/** At most three significant digits. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
