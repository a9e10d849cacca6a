/**
 * Finds the processes of the mailer, or those of them that have a socket of certain clients. Gives facts
 * only: `sessions/cut.ts` and `sessions/reap.ts` decide which process ends. A relay may have thousands of
 * processes while the log has to be read, so the work is done in slices. The cheapest question comes first:
 * which program a process runs, by a link that no process can make us wait at.
 *
 * Sockets only of our own network: in a container with one of its own our rules do not stand, so
 * nobody in there waits because of us, and the same address may be another machine.
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

  /** @param sockets at the ports where clients are served, as they are now */
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

  /** All that may be the machine's own. */
  async *all(): AsyncGenerator<MailerProcess> {
    for await (const pid of mailerPids(this.#isProgram)) {
      const holder = this.look(pid);
      if (holder !== undefined) yield holder;
    }
  }

  /** @returns undefined also when it is not, or is no longer, a mailer of ours */
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
      // Who it is comes before its descriptors: of those anybody may have very many.
      if (!runsMailer(pid, this.#isProgram)) return false;
      return socketInodes(`/proc/${pid}`).some((inode) => wanted.has(inode));
    } catch {
      return false; // gone, or not ours to look at
    }
  }
}

/** The processes that run the mailer and may be the machine's own: by what nobody can make us wait for. */
export async function* mailerPids(isProgram: IsProgram): AsyncGenerator<number> {
  const slice = new TimeSlice();
  for (const pid of allPids().map(Number)) {
    if (slice.isOver) await slice.next();
    if (runsMailer(pid, isProgram)) yield pid;
  }
}
