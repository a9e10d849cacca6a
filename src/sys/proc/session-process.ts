/** Reads facts about a session from the process that serves it. Decides nothing. */
import type {Candidates, SocketTables} from './proc.js';
import {linkOf} from './links.js';
import type {Dialect} from '../../mail/dialect.js';
import type {Question} from '../../sessions/attribute.js';
import type {MailerProcess} from '../../sessions/holder.js';

export interface SessionProcess {
  /** When the process began, up to a second too early. Ms since the epoch. */
  readonly startedMs: number;
  readonly network: 'ours' | 'other';
  /** The local ports at which it serves its client, after any translation. */
  readonly localPorts: readonly number[];
}

/** @returns undefined if there is no such process of the mailer (any more), or several */
export function sessionProcess(
  candidates: Candidates,
  question: Pick<Question, 'pid' | 'numberedBy'>,
  isProgram: Dialect['isProgram'],
): SessionProcess | undefined {
  const [found, ...others] = candidates
    .of(question)
    .filter(({executable}) => isProgram(executable.path));
  if (found === undefined || others.length > 0) return undefined;
  const isOurs = linkOf(`/proc/${found.pid}/ns/net`) === linkOf('/proc/self/ns/net');
  return {
    startedMs: found.startedMs,
    network: isOurs ? 'ours' : 'other',
    localPorts: found.sockets.map(({localPort}) => localPort),
  };
}

/**
 * The facts about a process that is already known, in the form that `sessions/cut.ts` takes.
 *
 * @param tables of the candidates: the process's socket was found in them a moment ago
 * @returns undefined if the process is gone, or is in another network namespace, where our rules do not stand
 */
export function servingProcess(
  candidates: Candidates,
  tables: SocketTables,
  pid: number,
): MailerProcess | undefined {
  try {
    const [found] = candidates.of({pid, numberedBy: 'host'});
    const root = `/proc/${pid}`;
    if (found === undefined) return undefined;
    if (linkOf(`${root}/ns/net`) !== linkOf('/proc/self/ns/net')) return undefined;
    return {...found, role: tables.listens(root) ? 'listens' : 'serves', network: 'ours'};
  } catch {
    return undefined; // gone
  }
}
