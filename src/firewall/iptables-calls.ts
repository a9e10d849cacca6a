/** How iptables, ip6tables and their variants are called (iptables-restore(8)). */
import type {Call} from './backend.js';
import type {Family} from '../net/address.js';

/** `''` is the machine's default iptables; the others name one of its two variants. */
export type Variant = '' | '-legacy' | '-nft';

export const programOf = (family: Family, variant: Variant): string =>
  `${family === 4 ? 'iptables' : 'ip6tables'}${variant}`;

/** The tables that may hold something of ours. */
export type TableName = 'filter' | 'nat';

/** @param program iptables or ip6tables, in either variant */
export const listCall = (program: string, table: TableName = 'filter'): Call => ({
  program: `${program}-save`,
  parameters: ['-t', table],
  input: '',
});

/**
 * The batch, all of it or nothing (iptables-restore(8)); the rest of the table stays. If the batch inserts
 * a jump into a built-in chain, another program first checks whether that jump exists: if a listing did
 * not show it, each batch would insert it once more. No check is needed for a jump to a chain that the
 * batch creates, nor for one that it deletes first.
 */
export const restoreCalls = (program: string, input: string): Call[] => [
  ...[...blindJumps(input.split('\n'))].map((rule): Call => ({
    ...{program, input: ''},
    parameters: [
      '--wait',
      String(lockSeconds),
      ...tableWords(input),
      '--check',
      ...rule.split(' '),
    ],
    expects: 'absence',
  })),
  {
    program: `${program}-restore`,
    parameters: ['--noflush', '--wait', String(lockSeconds)],
    input,
  },
];

/** The options for the batch's table; `filter` is the default of iptables. */
const tableWords = (input: string): readonly string[] =>
  input.startsWith('*nat\n') ? ['-t', 'nat'] : [];

const insertedJump = /^-I (\S+) 1 (.* -j (?!(?:RETURN|DROP|REJECT)\b)(\S+))$/;

function blindJumps(lines: readonly string[]): Set<string> {
  const made = new Set<string>();
  const deleted = new Set<string>();
  const blind = new Set<string>();
  for (const line of lines) {
    if (line.startsWith('-N ')) made.add(line.slice(3));
    if (line.startsWith('-D ')) deleted.add(line.slice(3));
    const [, chain = '', rule = '', target = ''] = insertedJump.exec(line) ?? [];
    const jump = `${chain} ${rule}`;
    if (chain !== '' && !made.has(target) && !deleted.has(jump)) blind.add(jump);
  }
  return blind;
}

/** What either variant of iptables prints if the rule, its chain or its target does not exist. */
const absences =
  /Bad rule|No chain\/target\/match by that name|does not exist|Couldn't load target/;

/**
 * @param why the error of a failed check
 * @returns whether it failed because the rule does not exist
 */
export const isAbsence = (why: string): boolean => absences.test(why);

/** How long iptables waits for another tool to release its lock. Seconds. */
const lockSeconds = 5;
