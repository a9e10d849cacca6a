/**
 * Keeps two daemons off one state. The lock is the kernel's (flock(2)), so it ends with the process
 * however that ends; a pid file or a lock directory would outlive `kill -9`. Node cannot call
 * flock(2): flock(1) locks the open file that it gets as its standard input, and we keep that open.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {runCommand} from './command.js';

interface InstanceLock {
  /** Whether the file at its path is still the one that is locked. */
  isThere(): boolean;
  release(): void;
}

type LockResult =
  | {readonly kind: 'locked'; readonly lock: InstanceLock}
  | {readonly kind: 'taken' | 'failed'; readonly why: string};

/** Five seconds of flock(1), and a moment for a machine under load to start it. Ms. */
const flockTimeoutMs = 15_000;

/**
 * Makes the directory too, readable by its owner only: the state names people's correspondents.
 * Waits for five seconds: a command, or the life before a reload, may hold the lock for a moment.
 */
export async function lockState(stateDir: string): Promise<LockResult> {
  let descriptor: number;
  try {
    fs.mkdirSync(stateDir, {recursive: true, mode: 0o750});
    descriptor = openLock(join(stateDir, 'lock'));
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const denied = code === 'EACCES' ? `permission denied: run it as root (${message})` : message;
    return {kind: 'failed', why: denied};
  }
  const parameters = ['--exclusive', '--wait', '5', '--conflict-exit-code', '75', '0'];
  const result = await runCommand('flock', parameters, {
    input: {descriptor},
    timeoutMs: flockTimeoutMs,
  });
  if (result.kind === 'done') {
    const {dev, ino} = fs.fstatSync(descriptor);
    const isThere = (): boolean => {
      const there = fs.statSync(join(stateDir, 'lock'), {throwIfNoEntry: false});
      return there?.ino === ino && there.dev === dev;
    };
    return {kind: 'locked', lock: {isThere, release: () => fs.closeSync(descriptor)}};
  }
  fs.closeSync(descriptor);
  return result.exitCode === 75
    ? {kind: 'taken', why: `another blocksmtp works on ${stateDir}`}
    : {kind: 'failed', why: result.why};
}

/** Whatever stands there, nobody waits for it. @throws also when it is no regular file */
function openLock(path: string): number {
  const {O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY} = fs.constants;
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW;
  const descriptor = fs.openSync(path, flags, 0o600);
  if (fs.fstatSync(descriptor).isFile()) return descriptor;
  fs.closeSync(descriptor);
  throw new Error(`${path}: expected a regular file`);
}
