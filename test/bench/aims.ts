/** What the project promises about its speed, and whether this run kept it. */
import {table} from './figures.js';

export type Findings = {
  readonly aims: [aim: string, isMet: boolean][];
  readonly skips: string[];
};

const aims: Findings['aims'] = [];
const skips: Findings['skips'] = [];

/** All that was found so far, for a parent to adopt. */
export const findings = (): Findings => ({aims, skips});

/** What a child has found counts as ours. */
export function adopt(found: Findings): void {
  aims.push(...found.aims);
  skips.push(...found.skips);
}

export function aim(text: string, isMet: boolean): void {
  aims.push([text, isMet]);
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
  console.log('');
  for (const [text, isMet] of aims) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${text}`);
  for (const text of skips) console.log(`        ${text}`);
  return aims.length > 0 && aims.every(([, isMet]) => isMet) ? 0 : 1;
}
