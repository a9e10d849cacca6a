/**
 * Decides whether a process that was warned of, or its parent, may be ended: it must still be the one
 * that was seen, and never be pid 1, one of ours, the kernel's or an allowed sender. Sends nothing:
 * `outgoing/warn/live/killer.ts` does, and asks here again before each signal.
 */
import {printable, quoted} from '../../base/printable.js';
import type {ProcessIdentity} from '../../base/process-identity.js';
import type {Sighting} from '../owner.js';

/** A process as it was when it was seen. */
export interface Target extends ProcessIdentity {
  /** The path of its program; another word where that was not known. */
  readonly program: string;
}

/** A process as it is now, by what the kernel alone says of it. */
export interface ProcessState extends ProcessIdentity {
  readonly parentPid: number;
  readonly uid: number;
  readonly realUid: number;
  readonly userNamespace: 'ours' | 'other';
  /** The path of the program; empty: it may not be read, or there is none. */
  readonly executable: string;
}

interface ActionRules {
  /** This process and all above it: ending one of those ends us. */
  readonly ownPids: ReadonlySet<number>;
  readonly isAllowed: (process: ProcessState) => boolean;
}

export type Decision =
  | {readonly kind: 'end'}
  | {readonly kind: 'gone'}
  | {readonly kind: 'refused'; readonly why: string};

/** kthreadd: the kernel's own threads are its children. */
const kernelThreadsPid = 2;

/** @param now undefined: there is no process with this number, or it has ended and is not collected yet */
export function mayBeEnded(
  target: Target,
  now: ProcessState | undefined,
  {ownPids, isAllowed}: ActionRules,
): Decision {
  const {pid} = target;
  // 0 and below mean groups of processes to kill(2).
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

/** A program that deletes its own file is still the same one. */
const fileOf = (executable: string): string => executable.replace(/ \(deleted\)$/, '');

const shown = (program: string): string => quoted(printable(program || '?', 160));

/** `/usr/bin/perl (pid 4711)` */
export const targetText = ({program, pid}: Target): string => `${shown(program)} (pid ${pid})`;

/** The process that was warned of. One that is gone has no identity to compare. */
export function killTargetOf({owner, sureness}: Sighting): Target | undefined {
  if (owner === undefined || sureness === 'gone') return undefined;
  const {pid, startTicks, executable, command} = owner;
  return {pid, startTicks, program: executable || command};
}

/** Its parent at that time: the parent may be another process by now. */
export function parentOf({owner, sureness}: Sighting): Target | undefined {
  return sureness === 'gone' ? undefined : owner?.parents[0];
}
