/**
 * Runs a part of the bench in a child with its own namespaces, which end with the child. Checks first whether this
 * machine allows it, and takes over what the child found. Decides nothing about what is measured.
 */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {adopt, type Findings, findings, skip} from './aims.js';

/**
 * @param words the command that makes the namespaces
 * @param order the argument that makes this program the child
 */
export async function runInside(
  what: string,
  words: readonly string[],
  order: string,
): Promise<void> {
  const all = ['--pdeathsig', 'KILL', ...words, process.execPath];
  const child = spawn('setpriv', [...all, process.argv[1]!, order], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (found) => adopt(found as Findings));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) skip(`the rest of ${what}`, `its process ended with ${String(code)}`);
}

/** In the child: hands its findings to the parent. */
export function handOver(): void {
  process.send?.(findings());
  // Without a channel the bench ends, because nobody waits for it. This one has done its work.
  process.removeAllListeners('disconnect');
  process.disconnect();
}

/** @param works shell commands that must succeed in a network namespace */
export function whyNotInside(tools: readonly string[], works: string): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const script = `for tool in ${tools.join(' ')}; do command -v $tool >/dev/null || { echo no $tool >&2; exit 1; }; done
    ${works}`;
  const {status, stderr, error} = spawnSync('unshare', ['--net', 'sh', '-c', script], {
    encoding: 'utf8',
    env: {...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`},
  });
  return status === 0 ? undefined : `needs ${(error?.message ?? stderr).trim().split('\n')[0]!}`;
}
