/** Reads what the process that serves a session shows of it. Gives facts only. */
import type {Candidates} from './proc.js';
import {linkOf} from './links.js';
import type {Dialect} from '../../mail/dialect.js';
import type {Question} from '../../sessions/attribute.js';

export interface SessionProcess {
  /** Up to a second too early. Ms since the epoch. */
  readonly startedMs: number;
  readonly network: 'ours' | 'other';
  /** At which it serves its client, as it sees it itself. */
  readonly localPorts: readonly number[];
}

/** @returns undefined when no such process of the mailer is there (any more), or several are */
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
