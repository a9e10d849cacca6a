/**
 * A directory on disk for files of gigabytes. It is removed when the bench ends, also by Ctrl-C. After
 * kill -9 the next run removes it.
 */
import {existsSync, mkdtempSync, readdirSync, rmSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const PREFIX = 'blocksmtp-bench-';

export function freeMegabytes(): number {
  const {bavail, bsize} = statfsSync(tmpdir());
  return (bavail * bsize) / 1e6;
}

export async function inWorkshop<T>(work: (dir: string) => Promise<T>): Promise<T> {
  sweep();
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${String(process.pid)}-`));
  const clear = (): void => rmSync(dir, {recursive: true, force: true});
  const interrupted = (): void => process.exit(130);
  process.on('exit', clear);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupted);
  try {
    return await work(dir);
  } finally {
    clear();
    process.off('exit', clear);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
  }
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : NaN;
    if (Number.isInteger(owner) && !existsSync(`/proc/${String(owner)}`)) {
      rmSync(join(tmpdir(), name), {recursive: true, force: true});
    }
  }
}
