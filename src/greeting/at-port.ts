/**
 * Decides which program takes connections at the gate's port. If it is not the gate, no client may
 * be redirected there. Judges descriptions of processes, and does not look at the processes.
 */
import {printable} from '../base/printable.js';

/** A process that has a socket at the port on which it takes connections. */
export interface PortProgram {
  readonly pid: number;
  /** Path of its program; empty: we may not read it. */
  readonly path: string;
  /** Its arguments. The process chooses this text itself. */
  readonly words: readonly string[];
  readonly user: 'root' | 'other';
}

/** Longest program name that is shown. Characters. */
const nameCharacters = 40;

/**
 * The service manager counts as the gate: it holds the port while the gate starts. Only processes of root count as
 * the gate, because the gate runs as root.
 *
 * @returns the program that has the port, as text for people; undefined: the gate, or nobody
 */
export function takenBy(programs: readonly PortProgram[]): string | undefined {
  if (programs.some(isOurs)) return undefined;
  const [first] = programs;
  if (first === undefined) return undefined;
  const name = printable(baseOf(first.path), nameCharacters);
  return `${name === '' ? 'a program' : name} (process ${first.pid})`;
}

const isOurs = ({pid, path, words, user}: PortProgram): boolean =>
  user === 'root' &&
  // Process 1 is not enough: in a container it can be any program.
  ((pid === 1 && managerNames.has(baseOf(path))) ||
    (words.includes('gate') && words.some((word) => ourNames.has(baseOf(word)))));

const managerNames: ReadonlySet<string> = new Set(['systemd', 'init']);
const ourNames: ReadonlySet<string> = new Set(['blocksmtp', 'blocksmtp.js']);

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The line that the log, `status` and `doctor` show. */
export const takenText = (port: number, by: string): string =>
  `port ${port} (greeting_port) is taken by ${by}, and not by the gate: no client is led there; choose another greeting_port`;
