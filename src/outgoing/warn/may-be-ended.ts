/**
 * Decides whether a process that led to a warning, or its parent, may be ended. It must still be the same process that
 * was seen. Never allowed are pid 1, our own processes, threads of the kernel and allowed senders. Sends no signal:
 * `outgoing/warn/live/killer.ts` does, and asks here before each one.
 */
import {printable, quoted} from '../../base/printable.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Sighting} from '../owner.js';

/** A process as it was when it was seen. */
export interface Target extends ProcessIdentity {
  /** The path of its program, or the kernel's name for it if the path was not known. */
  readonly program: string;
}

/** A process as it is now. Only facts that the kernel itself knows. */
export interface ProcessState extends ProcessIdentity {
  readonly parentPid: number;
  readonly uid: number;
  readonly realUid: number;
  readonly userNamespace: 'ours' | 'other';
  /** The path of the program; empty: we may not read it, or there is none. */
  readonly executable: string;
}

interface ActionRules {
  /** Our own process and its ancestors: ending one of these could end us. */
  readonly ownPids: ReadonlySet<number>;
  readonly isAllowed: (process: ProcessState) => boolean;
}

export type Decision =
  | {readonly kind: 'end'}
  | {readonly kind: 'gone'}
  | {readonly kind: 'refused'; readonly why: string};

/** The number of kthreadd, the parent of the kernel's threads. */
const kernelThreadsPid = 2;

/** @param now undefined: no process has this number, or the process has ended and its parent has not collected it */
export function mayBeEnded(
  target: Target,
  now: ProcessState | undefined,
  {ownPids, isAllowed}: ActionRules,
): Decision {
  const {pid} = target;
  // For kill(2), 0 and negative numbers mean process groups.
  if (!Number.isSafeInteger(pid) || pid <= 1) return refused('pid 1 is never ended');
  if (ownPids.has(pid)) return refused('it is blocksmtp itself, or what has started it');
  if (now === undefined) return {kind: 'gone'};
  if (now.startTicks !== target.startTicks) return refused('its pid is another process by now');
  if (pid === kernelThreadsPid || now.parentPid === kernelThreadsPid)
    return refused('it is a thread of the kernel');
  if (isPath(target.program) && fileOf(now.executable) !== fileOf(target.program))
    return refused(`it runs another program by now: ${shown(now.executable)}`);
  if (isAllowed(now)) return refused('it is an allowed sender');
  return {kind: 'end'};
}

const refused = (why: string): Decision => ({kind: 'refused', why});

const isPath = (program: string): boolean => program.startsWith('/');

/** A program that deletes its own file is still the same program. */
const fileOf = (executable: string): string => executable.replace(/ \(deleted\)$/, '');

const shown = (program: string): string => quoted(printable(program || '?', 160));

/** `/usr/bin/perl (pid 4711)` */
export const targetText = ({program, pid}: Target): string => `${shown(program)} (pid ${pid})`;

/** The process of a warning; undefined: it is gone, or nothing identifies it. */
export function killTargetOf({owner, sureness}: Sighting): Target | undefined {
  if (owner === undefined || sureness === 'gone') return undefined;
  const {pid, startTicks, executable, command} = owner;
  return {pid, startTicks, program: executable || command};
}

/** Its parent at that time. `mayBeEnded` checks that the parent is still the same process. */
export function parentOf({owner, sureness}: Sighting): Target | undefined {
  return sureness === 'gone' ? undefined : owner?.parents[0];
}
