/**
 * `npm run scan-wasm`: compiles src/scan/scan.as.ts into src/scan/scan-wasm.ts, where the program
 * and its tests can import it. The result is kept beside its source, so that nobody needs the
 * compiler to build; a test holds the two equal.
 */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {ensureInstalled, root} from './install.mjs';

const source = 'src/scan/scan.as.ts';

/** @returns the module as TypeScript */
export async function compiled() {
  ensureInstalled();
  const {default: asc} = await import('assemblyscript/asc');
  const options = ['-O3', '--noAssert', '--enable=simd', '--runtime=stub'];
  // 5 MiB, a page being 64 KiB; the places below 8192 are the program's own.
  const memory = ['--initialMemory=80', '--memoryBase=8192'];
  let bytes;
  const result = await asc.main([source, ...options, ...memory, '--outFile=scan.wasm'], {
    stderr: process.stderr,
    writeFile: (_, content) => (bytes = content),
  });
  if (result.error) throw result.error;
  const lines = Buffer.from(bytes)
    .toString('hex')
    .match(/.{1,92}/g);
  return `/** Made of \`scan.as.ts\` by \`npm run scan-wasm\`: WebAssembly, two digits a byte. */
const hex =
  '${lines.join("' +\n  '")}';

export const scanWasm = (): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(join(root, 'src/scan/scan-wasm.ts'), await compiled());
}
