/**
 * `node tools/report-picture.mjs`: draws `docs/report.png`, the top of the page that the built program makes of the log
 * of a small relay. The program and the browser really run; the log is made up, by the same code as that of the
 * tests of `tune`. Needs chromium, and root for its sandbox.
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import {root} from './install.mjs';

/** Pixels: as wide as a page of text, and as high as the list of likely false positives with the first plot. */
const [width, height] = [900, 1330];
const days = 7;

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-picture-'));
try {
  const outfile = join(folder, 'log.mjs');
  await build({
    entryPoints: [join(root, 'test/tune/relay-log.ts')],
    ...{bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'warning'},
  });
  const log = await import(pathToFileURL(outfile).href);
  const text = log.relayLog(
    log.honest(days, 150, 60),
    log.guessers(days, 12, 40),
    log.distributed(days, 20),
    log.mistyping(3, 12),
    log.behindNat(days, 14),
  );
  const [mailLog, page] = [join(folder, 'mail.log'), join(folder, 'page.html')];
  writeFileSync(mailLog, text);
  const program = join(root, 'dist/blocksmtp.js');
  const words = ['replay', '--white-list=/dev/null', '--html', page, mailLog];
  // The name of the machine stands in the page.
  const named = 'hostname mx.example.net; exec "$@"';
  execFileSync('unshare', ['--uts', 'sh', '-c', named, 'sh', process.execPath, program, ...words], {
    env: {...process.env, TZ: 'UTC'},
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('chromium', [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--incognito'],
    `--window-size=${width},${height}`,
    `--screenshot=${join(root, 'docs/report.png')}`,
    pathToFileURL(page).href,
  ]);
} finally {
  rmSync(folder, {recursive: true});
}
