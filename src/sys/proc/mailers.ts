/**
 * Finds the processes of the mailer, or those that have a socket of certain clients. Gives facts
 * only: `sessions/cut.ts` and `sessions/reap.ts` decide which process ends. A relay may have thousands of
 * processes, so the work is done in slices, and the log can be read meanwhile. The cheapest test comes first:
 * the program of a process, by a link for which no process can make us wait.
 *
 * Looks only at sockets of our own network namespace. Our rules are not in that of a container, so no
 * client waits there because of us, and the same address may be another machine.
 */
import {readlinkSync} from 'node:fs';
import type {Dialect} from '../../mail/dialect.js';
import type {Address} from '../../net/address.js';
import type {PortSockets, SocketEntry} from '../../net/socket-table.js';
import type {MailerProcess} from '../../sessions/holder.js';
import {allPids, linkOf, socketInodes} from './links.js';
import {processFacts, runsMailer} from './proc.js';
import {BootClock} from './snapshot.js';
import {TimeSlice} from '../run/time-slice.js';

type IsProgram = Dialect['isProgram'];

export class Mailers {
  readonly #boot = new BootClock();
  readonly #connected: ReadonlyMap<string, SocketEntry>;
  readonly #listening: ReadonlySet<string>;
  readonly #network: string;
  readonly #isProgram: IsProgram;

  /** @param sockets the present sockets at the ports where clients are served */
  constructor({connected, listening}: PortSockets, isProgram: IsProgram) {
    this.#isProgram = isProgram;
    this.#connected = new Map(connected.map((entry) => [entry.inode, entry]));
    this.#listening = listening;
    this.#network = readlinkSync('/proc/self/ns/net');
  }

  /** The processes of the mailer that have a socket with such a peer. */
  async *holders(
    isWanted: (peer: Address, localPort: number) => boolean,
  ): AsyncGenerator<MailerProcess> {
    const wanted = new Set<string>();
    for (const [inode, {remote, localPort}] of this.#connected) {
      if (isWanted(remote, localPort)) wanted.add(inode);
    }
    if (wanted.size === 0) return;
    const slice = new TimeSlice();
    for (const pid of allPids().map(Number)) {
      if (slice.isOver) await slice.next();
      if (!this.#has(pid, wanted)) continue;
      const holder = this.look(pid);
      if (holder !== undefined) yield holder;
    }
  }

  /** All mailer processes that may be the machine's own. */
  async *all(): AsyncGenerator<MailerProcess> {
    for await (const pid of mailerPids(this.#isProgram)) {
      const holder = this.look(pid);
      if (holder !== undefined) yield holder;
    }
  }

  /** @returns undefined also if it is not, or no longer, a mailer of ours */
  look(pid: number): MailerProcess | undefined {
    if (!runsMailer(pid, this.#isProgram)) return undefined;
    let role: MailerProcess['role'] = 'serves';
    let network: MailerProcess['network'] = 'ours';
    const findSockets = (root: string): SocketEntry[] => {
      if (linkOf(`${root}/ns/net`) !== this.#network) {
        network = 'other';
        return [];
      }
      const inodes = socketInodes(root);
      if (inodes.some((inode) => this.#listening.has(inode))) role = 'listens';
      return inodes.flatMap((inode) => this.#connected.get(inode) ?? []);
    };
    const facts = processFacts(pid, findSockets, this.#boot);
    return facts && {...facts, role, network};
  }

  #has(pid: number, wanted: ReadonlySet<string>): boolean {
    try {
      // Its identity is checked before its descriptors, because any process may have very many.
      if (!runsMailer(pid, this.#isProgram)) return false;
      return socketInodes(`/proc/${pid}`).some((inode) => wanted.has(inode));
    } catch {
      return false; // it has ended, or we may not look at it
    }
  }
}

/** The processes that run the mailer and may be the machine's own. Uses only data for which no process can make us wait. */
export async function* mailerPids(isProgram: IsProgram): AsyncGenerator<number> {
  const slice = new TimeSlice();
  for (const pid of allPids().map(Number)) {
    if (slice.isOver) await slice.next();
    if (runsMailer(pid, isProgram)) yield pid;
  }
}
