/**
 * Which program takes connections at the gate's port: the gate, or another one, to which no client
 * may be redirected. Reads what processes show of themselves, and looks at none.
 */
import {printable} from '../base/printable.js';

/** A process that has a socket at the port on which it takes connections. */
export interface PortProgram {
  readonly pid: number;
  /** Of its program; empty: it may not be seen. */
  readonly path: string;
  /** Its arguments: text of its own choice. */
  readonly words: readonly string[];
  readonly user: 'root' | 'other';
}

/** Length of a program's name. Characters. */
const nameCharacters = 40;

/**
 * The service manager holds the port while the gate is started. Only root's processes are believed: the gate is root's.
 *
 * @returns what has the port, for people; undefined: the gate, or nobody
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
  // In a container any program is process 1.
  ((pid === 1 && managerNames.has(baseOf(path))) ||
    (words.includes('gate') && words.some((word) => ourNames.has(baseOf(word)))));

const managerNames: ReadonlySet<string> = new Set(['systemd', 'init']);
const ourNames: ReadonlySet<string> = new Set(['blocksmtp', 'blocksmtp.js']);

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** One line for the log, `status` and `doctor`. */
export const takenText = (port: number, by: string): string =>
  `port ${port} (greeting_port) is taken by ${by}, and not by the gate: no client is led there; choose another greeting_port`;
