/**
 * A small file that several processes change, one at a time. flock(2) on a file beside it is the lock; the kernel
 * releases it however the process ends. A reader without the lock finds the old text or the new one. Does not decide
 * what the text says.
 */
import fs from 'node:fs';
import {dirname} from 'node:path';
import {readTextFile, writeTextFile} from '../disk/text-file.js';
import {runCommand} from '../run/command.js';

/** The longest wait for the lock: its holder reads and writes some kilobytes. Seconds of flock(1), and ms with its start. */
const lockSeconds = 10;
const flockTimeoutMs = 20_000;

export type Shared<Result> =
  | {readonly kind: 'changed'; readonly result: Result}
  | {readonly kind: 'failed'; readonly why: string};

/**
 * @param change gets '' if there is no file yet
 */
export async function changeShared<Result>(
  path: string,
  change: (text: string) => {readonly text: string; readonly result: Result},
): Promise<Shared<Result>> {
  let descriptor: number | undefined;
  try {
    // Private like the state, which may not exist yet: nobody else may see which contacts we look up.
    fs.mkdirSync(dirname(path), {recursive: true, mode: 0o750});
    const {O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY} = fs.constants;
    const flags = O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY;
    descriptor = fs.openSync(`${path}.lock`, flags, 0o600);
    const words = ['--exclusive', '--wait', String(lockSeconds), '0'];
    const locked = await runCommand('flock', words, {
      input: {descriptor},
      timeoutMs: flockTimeoutMs,
    });
    if (locked.kind !== 'done') {
      const why = locked.exitCode === 1 ? 'another process keeps it locked' : locked.why;
      return {kind: 'failed', why: `${path}: ${why}`};
    }
    const file = readTextFile(path);
    if (file.kind === 'unreadable') return {kind: 'failed', why: file.why};
    const {text, result} = change(file.kind === 'text' ? file.text : '');
    writeTextFile(path, text, 0o600);
    return {kind: 'changed', result};
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    const denied = code === 'EACCES' || code === 'EPERM';
    return {
      kind: 'failed',
      why: denied ? `permission denied: run it as root (${message})` : message,
    };
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
