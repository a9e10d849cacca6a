/**
 * One line for every system test file:
 *
 *   const {describe} = await requireLab();
 *
 * Where the lab cannot run, the file's tests are reported as skipped with the reason; under CI a
 * missing lab is a failure, so that a green CI run always means that the real parts were used.
 */
import {describe as jestDescribe, test} from '@jest/globals';
import {existsSync} from 'node:fs';
import {available, rootFileSystem} from './available.js';
import {program} from './paths.js';

export type Describe = (name: string, body: () => void) => void;

export async function requireLab(
  needs: {program?: boolean} = {program: true},
): Promise<{describe: Describe}> {
  const state = await available();
  let why = state.ok ? undefined : state.why;
  if (why === undefined && needs.program !== false && !existsSync(program)) {
    why = 'needs dist/blocksmtp.js (npm run build)';
  }
  if (why === undefined) {
    try {
      await rootFileSystem();
      return {describe: (name, body) => jestDescribe(name, body)};
    } catch (error) {
      why = `the lab could not be built: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const reason = why;
  if (process.env['CI'] === 'true') {
    return {
      describe: (name) => {
        test(name, () => {
          throw new Error(reason);
        });
      },
    };
  }
  return {
    describe: (name, body) => {
      process.stderr.write(`skipped: ${reason} (${name})\n`);
      jestDescribe.skip(name, body);
    },
  };
}
