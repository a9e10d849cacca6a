/** The owner's processes of sweeps, as /proc shows them. */
import fs from 'node:fs';

/** The processes that work on this Maildir as its owner. */
export function sweepsOf(path: string): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      const words = fs.readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0');
      return words.includes('as-owner') && words.includes(path) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

export function killSweeps(path: string): void {
  for (const pid of sweepsOf(path)) process.kill(pid, 'SIGKILL');
}
