/** Reads facts about a session from the process that serves it. Decides nothing. */
import type {Candidates} from './proc.js';
import {linkOf} from './links.js';
import type {Dialect} from '../../mail/dialect.js';
import type {Question} from '../../sessions/attribute.js';

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
