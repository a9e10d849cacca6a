/**
 * Finds the ports at which the mailer of this machine accepts connections from other machines: its
 * listening sockets in our own network namespace. As for sessions, root must own
 * the program, and a system user must run it. So no other user can make us guard a port. Decides
 * nothing.
 */
import {readFile} from 'node:fs/promises';
import type {Dialect} from '../../../mail/dialect.js';
import {listenersIn} from '../../../net/socket-table.js';
import {isMailer} from '../../../sessions/attribute.js';
import {linkOf, socketInodes} from '../links.js';
import {mailerPids} from '../mailers.js';
import {processFacts} from '../proc.js';

/** @returns in ascending order; empty if there is no mailer, or if we may not look */
export async function listeningPorts(dialect: Dialect): Promise<readonly number[]> {
  const listeners = new Map(
    (await socketTables())
      .flatMap((table) => listenersIn(table))
      .map(({inode, localPort}) => [inode, localPort]),
  );
  if (listeners.size === 0) return [];
  const network = linkOf('/proc/self/ns/net');
  const ports = new Set<number>();
  for await (const pid of mailerPids(dialect.isProgram)) {
    const root = `/proc/${pid}`;
    if (linkOf(`${root}/ns/net`) !== network) continue;
    const facts = processFacts(pid, () => []);
    if (facts === undefined || !isMailer(facts, dialect)) continue;
    for (const inode of inodesOf(root)) {
      const port = listeners.get(inode);
      if (port !== undefined) ports.add(port);
    }
  }
  return [...ports].sort((a, b) => a - b);
}

const socketTables = (): Promise<string[]> =>
  Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'latin1').catch(() => '')),
  );

function inodesOf(root: string): string[] {
  try {
    return socketInodes(root);
  } catch {
    return []; // it has ended
  }
}
