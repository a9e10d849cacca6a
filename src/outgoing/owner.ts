/**
 * Which process opened a connection, and how sure that is. Values only: `sys/` reads them. The user of
 * the process chooses the names of programs and directories, so these are hostile text.
 */
import type {ProcessIdentity} from '../base/process-identity.js';
import type {Connection} from './connection.js';

export interface Parent extends ProcessIdentity {
  /** The path of its program, or the kernel's name for it if we may not read the path. */
  readonly program: string;
}

/** The unit, container or session of a process, by its control group. */
export type Home =
  | {readonly kind: 'unit'; readonly name: string}
  | {readonly kind: 'container'; readonly name: string}
  | {readonly kind: 'session'; readonly name: string}
  | {readonly kind: 'none'};

export interface Owner extends ProcessIdentity {
  /** When the process was started. Ms since the epoch. */
  readonly startedMs: number;
  readonly uid: number;
  /** The name of its user, or the number if the user has no name. */
  readonly user: string;
  /** The path of the program; ` (deleted)` follows it if the file is gone. Empty: not known. */
  readonly executable: string;
  /** The kernel's name for the process (comm): 15 characters, which the process can choose. */
  readonly command: string;
  /** The command line, cut. The process can change it: hostile text. */
  readonly commandLine: readonly string[];
  /** Its working directory; empty: not known. */
  readonly directory: string;
  /** The script that an interpreter runs (perl, php, python); empty: no interpreter, or not known. */
  readonly script: string;
  /** Its parents, the nearest first; the list is cut. */
  readonly parents: readonly Parent[];
  readonly home: Home;
}

/**
 * How sure it is that a process opened a connection.
 *
 * - `certain`: the process held the socket before and after we read the rest.
 * - `shared`: several processes held the socket. This one is the ancestor of the others.
 * - `told`: the kernel reported that the process connects, and it lived while we read the rest.
 * - `gone`: the kernel reported it, but the process had already ended.
 * - `user`: only the user of the socket is known.
 * - `unknown`: not even the user is known.
 */
export type Confidence = 'certain' | 'shared' | 'told' | 'gone' | 'user' | 'unknown';

/** A connection that was seen, and what is known of its process. */
export interface Sighting {
  readonly atMs: number;
  readonly connection: Connection;
  readonly sureness: Confidence;
  /** Absent for `user` and `unknown`. For `gone`, only number and name of the process are known. */
  readonly owner?: Owner;
}

/** Sightings with equal keys are of one program: the same file and script, run by the same user. */
export function programKey({owner, connection}: Sighting): string {
  if (owner === undefined) return JSON.stringify([connection.uid]);
  const {uid, executable, command, script, directory} = owner;
  // JSON, so that no character in a path can look like the end of the path. The state needs keys as text.
  return JSON.stringify([uid, executable || command, script || directory]);
}
