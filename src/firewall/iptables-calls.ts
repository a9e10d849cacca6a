/** How iptables, ip6tables and their variants are called (iptables-restore(8)). */
import type {Call} from './backend.js';
import type {Family} from '../net/address.js';

/** `''` is what the machine calls iptables; the others are one of the two of that name. */
export type Variant = '' | '-legacy' | '-nft';

export const programOf = (family: Family, variant: Variant): string =>
  `${family === 4 ? 'iptables' : 'ip6tables'}${variant}`;

/** The tables in which something of ours may stand. */
export type TableName = 'filter' | 'nat';

/** @param program iptables or ip6tables, in either variant */
export const listCall = (program: string, table: TableName = 'filter'): Call => ({
  program: `${program}-save`,
  parameters: ['-t', table],
  input: '',
});

/**
 * The batch, all of it or nothing (iptables-restore(8)); the rest of the table stays as it is. Before it
 * another program is asked whether a jump that it inserts into a chain of the kernel stands already: a
 * listing that did not show it would make the batch put in a second one, each time. A jump to a chain that
 * the batch makes cannot stand, and one that it deletes first was listed.
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

/** The table of a batch, which has one; that of the filter is what iptables looks at by itself. */
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

/** What iptables of either variant says when the rule, its chain or its target is not there. */
const absences =
  /Bad rule|No chain\/target\/match by that name|does not exist|Couldn't load target/;

/**
 * @param why what a check has said that failed
 * @returns whether it was for want of the rule
 */
export const isAbsence = (why: string): boolean => absences.test(why);

/** How long iptables waits for another tool that holds its lock. Seconds. */
const lockSeconds = 5;
