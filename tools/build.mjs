/**
 * `npm run build`: makes dist/blocksmtp.js, one self-contained executable file. SQLite's WebAssembly is put
 * into the file. The licences of what is in it are put beside it. `node tools/build.mjs --contents` writes
 * nothing, and prints which packages are in it.
 *
 * The program is valid both as CommonJS and as an ES module. Node takes it for CommonJS in /usr/sbin, and for an
 * ES module in the checkout. With `import` in it Node would read it twice in /usr/sbin, and keep both texts:
 * there no package.json and no suffix says what it is.
 */
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {brotliCompressSync} from 'node:zlib';
import {contentsTable, licenceTexts, packagesIn} from './contents.mjs';
import {ensureInstalled, root} from './install.mjs';

/**
 * For glibc: large pieces of memory go back to the system at once, and threads share the small ones. Else what
 * the engine needs to parse the program stays with the process. `hand-over.ts` keeps both from the mailer.
 */
const malloc = 'MALLOC_MMAP_THRESHOLD_=131072 MALLOC_ARENA_MAX=1';

/** Around the program. `import.meta` would be an error in CommonJS, `require` is missing in an ES module. */
const program = {
  entryPoints: ['src/main.ts'],
  format: 'cjs',
  define: {'import.meta.url': '__url'},
  banner: {
    js: `#!/usr/bin/env -S ${malloc} node --optimize-for-size
((require, __filename, __url, __dirname) => {
'use strict';`,
  },
  footer: {
    js: `})(...((file, load = process.getBuiltinModule('node:module').createRequire(file)) =>
[load, file, load('node:url').pathToFileURL(file).href, load('node:path').dirname(file)])(process.argv[1]));`,
  },
};

/** Any other program of the checkout is an ES module. winston's parts call `require`. */
const other = {
  format: 'esm',
  banner: {
    js: `#!/usr/bin/env -S node --optimize-for-size
import {createRequire as __createRequire} from 'node:module';
import {fileURLToPath as __fileURLToPath} from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __filename.slice(0, __filename.lastIndexOf('/'));`,
  },
};

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

/** The program; another file, or the text of one that would lie in the checkout. */
function formOf({entry, text}) {
  if (text !== undefined)
    return {...other, stdin: {contents: text, resolveDir: root, loader: 'ts'}};
  return entry === undefined ? program : {...other, entryPoints: [entry]};
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
  const {define, ...form} = formOf(options);
  return esbuild.build({
    absWorkingDir: root,
    ...form,
    ...where,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    define: {...define, BLOCKSMTP_VERSION: JSON.stringify(version)},
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
