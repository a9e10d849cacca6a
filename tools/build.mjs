/**
 * `npm run build`: makes dist/blocksmtp.js, one self-contained executable file. An ES module,
 * because node-cron reads `import.meta.url` when it is loaded; winston's parts call `require`, which
 * the banner gives them. SQLite's WebAssembly is put into the file. The licences of what is in it are put
 * beside it. `node tools/build.mjs --contents` writes nothing, and prints which packages are in it.
 */
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {brotliCompressSync} from 'node:zlib';
import {contentsTable, licenceTexts, packagesIn} from './contents.mjs';
import {ensureInstalled, root} from './install.mjs';

const banner = `#!/usr/bin/env -S node --optimize-for-size
import {createRequire as __createRequire} from 'node:module';
import {fileURLToPath as __fileURLToPath} from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __filename.slice(0, __filename.lastIndexOf('/'));`;

/**
 * The module looks for its .wasm beside itself, unless a `Module` brings it along. Compressed: the
 * engine keeps the program's text in memory for as long as it runs.
 */
const embedSqlite = {
  name: 'embed-sqlite',
  setup({onLoad}) {
    onLoad({filter: /node-sqlite3-wasm\.js$/}, ({path}) => {
      const wasm = brotliCompressSync(readFileSync(path.replace(/js$/, 'wasm'))).toString('base64');
      const unpack = `require('node:zlib').brotliDecompressSync(Buffer.from('${wasm}', 'base64'))`;
      return {contents: `var Module = {wasmBinary: ${unpack}};${readFileSync(path, 'utf8')}`};
    });
  },
};

/** A file, or the text of one that would lie in the checkout. */
function entryOf({entry = 'src/main.ts', text}) {
  return text === undefined
    ? {entryPoints: [entry]}
    : {stdin: {contents: text, resolveDir: root, loader: 'ts'}};
}

/** @returns the file that was made: `options.outfile`, or the program */
export async function build(options = {}) {
  const outfile = options.outfile ?? join(root, 'dist/blocksmtp.js');
  const {metafile} = await bundle(options, {outfile});
  chmodSync(outfile, 0o755);
  if (options.outfile === undefined) {
    writeFileSync(join(root, 'dist/licences.txt'), licenceTexts(packagesIn(metafile, root), root));
  }
  return outfile;
}

async function bundle(options, where, plugins = [embedSqlite]) {
  ensureInstalled();
  const esbuild = await import('esbuild');
  const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return esbuild.build({
    absWorkingDir: root,
    ...entryOf(options),
    ...where,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    banner: {js: banner},
    define: {BLOCKSMTP_VERSION: JSON.stringify(version)},
    // Names stay, for stack traces that can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins,
    metafile: true,
    logLevel: 'warning',
  });
}

async function printContents() {
  const {metafile} = await bundle({}, {write: false, outdir: 'dist'}, []);
  process.stdout.write(contentsTable(packagesIn(metafile, root)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await (process.argv[2] === '--contents' ? printContents() : build());
}
