/**
 * Like ../lab/require.ts, for the test that boots a guest: the lab, and the root file system made
 * from it. Where that cannot be had the tests are skipped with the reason; under CI they fail.
 */
import {describe as jestDescribe} from '@jest/globals';
import {existsSync} from 'node:fs';
import {requireLab, type Describe} from '../lab/require.js';
import {available} from '../lab/available.js';
import {program} from '../lab/paths.js';
import {guestRoot as build} from './guest.js';

export async function requirePackageLab(): Promise<{describe: Describe; guestRoot: string}> {
  const {describe} = await requireLab();
  if (!existsSync(program) || !(await available()).ok) return {describe, guestRoot: ''};
  try {
    return {describe, guestRoot: await build()};
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`skipped: the guest could not be built: ${why}\n`);
    return {describe: jestDescribe.skip.bind(jestDescribe), guestRoot: ''};
  }
}
