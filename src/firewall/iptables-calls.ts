/** How iptables, ip6tables and their variants are called (iptables-restore(8)). */
import type {Call} from './backend.js';
import type {Family} from '../net/address.js';

/** `''` is what the machine calls iptables; the others are one of the two of that name. */
export type Variant = '' | '-legacy' | '-nft';

export const programOf = (family: Family, variant: Variant): string =>
  `${family === 4 ? 'iptables' : 'ip6tables'}${variant}`;

/** @param program iptables or ip6tables, in either variant */
export const listCall = (program: string): Call => ({
  program: `${program}-save`,
  parameters: ['-t', 'filter'],
  input: '',
});

/** All of it or nothing (iptables-restore(8)); the rest of the table stays as it is. */
export const restoreCall = (program: string, input: string): Call => ({
  program: `${program}-restore`,
  parameters: ['--noflush', '--wait', String(lockSeconds)],
  input,
});

/** How long iptables waits for another tool that holds its lock. Seconds. */
const lockSeconds = 5;
