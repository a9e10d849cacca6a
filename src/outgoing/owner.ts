/**
 * Whose a connection is, and how sure that is. Values only: `sys/` reads them. The owner chooses
 * the name of a program or a directory, so it is printed with care.
 */
import type {ProcessIdentity} from '../base/process-identity.js';
import type {Connection} from './connection.js';

export interface Parent extends ProcessIdentity {
  /** The path of its program, or the kernel's name for it where that may not be read. */
  readonly program: string;
}

/** What a process belongs to, by its control group. */
export type Home =
  | {readonly kind: 'unit'; readonly name: string}
  | {readonly kind: 'container'; readonly name: string}
  | {readonly kind: 'session'; readonly name: string}
  | {readonly kind: 'none'};

export interface Owner extends ProcessIdentity {
  /** Ms since the epoch. */
  readonly startedMs: number;
  readonly uid: number;
  /** Its name, or the number where it has none. */
  readonly user: string;
  /** The path of the program, with ` (deleted)` behind it when the file is gone; empty: not known. */
  readonly executable: string;
  /** The kernel's name for it (comm): 15 characters of its own choice. */
  readonly command: string;
  /** As it shows itself, cut; hostile text. */
  readonly commandLine: readonly string[];
  /** Empty: not known. */
  readonly directory: string;
  /** What an interpreter runs (perl, php, python); empty: it is none, or that is not known. */
  readonly script: string;
  /** From the nearest up, cut. */
  readonly parents: readonly Parent[];
  readonly home: Home;
}

/**
 * `certain`: it held the socket, before and after the rest was read. `shared`: so did others; it is
 * the one that they descend from. `told`: the kernel said that it connected, and the rest was read
 * while it lived. `gone`: the kernel said so, but it had ended. `user`: only whose the socket is.
 * `unknown`: not even that.
 */
export type Confidence = 'certain' | 'shared' | 'told' | 'gone' | 'user' | 'unknown';

/** A connection that was seen, and what is known of the process that made it. */
export interface Sighting {
  readonly atMs: number;
  readonly connection: Connection;
  readonly sureness: Confidence;
  /** Absent for `user` and `unknown`; of one that is `gone` only number and name are filled in. */
  readonly owner?: Owner;
}

/** Which sightings are of one program: the same file and script, run by the same user. */
export function programKey({owner, connection}: Sighting): string {
  if (owner === undefined) return JSON.stringify([connection.uid]);
  const {uid, executable, command, script, directory} = owner;
  // As JSON: no character of a path can be taken for the end of one, and the state keeps keys as text.
  return JSON.stringify([uid, executable || command, script || directory]);
}
