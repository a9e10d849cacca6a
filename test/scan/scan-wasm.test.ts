/** The WebAssembly that is kept beside its source is what the compiler makes of that source. */
import {readFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';

test('src/scan/scan-wasm.ts is made of scan.as.ts, byte for byte (npm run scan-wasm)', async () => {
  // A tool in plain JavaScript has no types.
  const path: string = '../../tools/scan-wasm.mjs';
  const tool = (await import(path)) as {
    compiled: () => Promise<string>;
  };
  const kept = readFileSync(new URL('../../src/scan/scan-wasm.ts', import.meta.url), 'utf8');
  expect(await tool.compiled()).toBe(kept);
});
