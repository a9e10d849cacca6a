/**
 * Makes sure that only one daemon uses a state. The kernel holds the lock (flock(2)) and releases it when the process
 * ends in whatever way; a pid file or a lock directory would outlive `kill -9`. Node cannot call
 * flock(2), so flock(1) locks the open file that it gets as its standard input, and we keep that open.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {runCommand} from './command.js';

interface InstanceLock {
  /** Whether the file at the path is still the locked one, as far as we can see. Never fails. */
  isThere(): boolean;
  release(): void;
}

type LockResult =
  | {readonly kind: 'locked'; readonly lock: InstanceLock}
  | {readonly kind: 'taken' | 'failed'; readonly why: string};

/** flock(1) waits for five seconds, and a busy machine needs time to start it. Ms. */
const flockTimeoutMs = 15_000;

/**
 * Also makes the directory, which only its owner may read: the state shows who writes to whom.
 * Waits for five seconds, because a command, or the run before a reload, may hold the lock for a moment.
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
      try {
        const there = fs.statSync(join(stateDir, 'lock'));
        return there.ino === ino && there.dev === dev;
      } catch {
        return false; // gone, or the disk shows nothing: what is saved would not reach it either
      }
    };
    return {kind: 'locked', lock: {isThere, release: () => fs.closeSync(descriptor)}};
  }
  fs.closeSync(descriptor);
  return result.exitCode === 75
    ? {kind: 'taken', why: `another blocksmtp works on ${stateDir}`}
    : {kind: 'failed', why: result.why};
}

/** Never waits, whatever is at the path. @throws also if it is no regular file */
function openLock(path: string): number {
  const {O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY} = fs.constants;
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW;
  const descriptor = fs.openSync(path, flags, 0o600);
  if (fs.fstatSync(descriptor).isFile()) return descriptor;
  fs.closeSync(descriptor);
  throw new Error(`${path}: expected a regular file`);
}
