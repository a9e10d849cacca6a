/**
 * The only file that skips tests. A test that needs root or a tool runs if these are there; otherwise it
 * prints `skipped: why`. With CI=true such a test fails.
 */
import {test} from '@jest/globals';
import {spawnSync} from 'node:child_process';

export interface Needs {
  readonly root?: true;
  /** Programs that must be in the PATH. */
  readonly tools?: readonly string[];
  /** A command that must succeed, if a look is not enough. */
  readonly works?: readonly [string, ...string[]];
}

export type DeclareTest = (name: string, body: () => Promise<void>, timeoutMs?: number) => void;

export function whereAvailable(needs: Needs): DeclareTest {
  const why = missing(needs);
  if (why === undefined) return (name, body, timeoutMs) => test(name, body, timeoutMs);
  if (process.env['CI'] === 'true') {
    return (name) =>
      test(name, () => {
        throw new Error(`cannot run here: ${why}`);
      });
  }
  return (name, body) => {
    process.stderr.write(`skipped: ${why} (${name})\n`);
    test.skip(name, body);
  };
}

function missing({root, tools = [], works}: Needs): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (root && process.getuid?.() !== 0) return 'needs root';
  const absent = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (absent.length > 0) return `needs ${absent.join(', ')}`;
  if (works === undefined) return undefined;
  const [program, ...parameters] = works;
  return spawnSync(program, parameters).status === 0 ? undefined : `needs ${works.join(' ')}`;
}
