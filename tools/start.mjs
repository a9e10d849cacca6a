/**
 * `npm start`: installs and builds what is missing, then runs the daemon. Where it could do nothing,
 * without root or without a mail log, it says so and shows the bundled sample instead.
 */
import {spawn} from 'node:child_process';
import {accessSync, constants} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from './build.mjs';
import {root} from './install.mjs';

/** What the program itself knows of where a mail log can be. */
const programsOwn = `
  export {planSources} from './src/log/source-plan.js';
  export {hasJournal} from './src/sys/journal/journalctl.js';`;

/**
 * Which words to run the program with, and what to say before it. Words of the caller win: `npm start --
 * --syslog-msgs-file=/var/log/messages`.
 *
 * @param whyNothing finds why the daemon could do nothing here; undefined: it can work
 */
export async function begin(words, whyNothing) {
  if (words.length > 0) return {words, say: []};
  const why = await whyNothing();
  if (why === undefined) {
    // Who tries it out does not expect that blocks stay which no daemon ends any more.
    const say = [
      'You are root, and there is a mail log: the daemon begins now. It blocks clients in the firewall.',
      'Ctrl-C ends it and takes its rules away. To only watch it decide: npm start -- --dry-run',
    ];
    return {words: ['run', '--flush-on-exit'], say};
  }
  const say = [
    `The daemon cannot do its work here: ${why}.`,
    'So that you see what it does, here is a bundled sample log, replayed; nothing is changed.\n',
  ];
  return {words: ['replay', join(root, 'etc/sample.log')], say};
}

/** @returns why the daemon could do nothing here, or undefined */
async function whyNothing() {
  const missing = [];
  if (process.getuid() !== 0) missing.push('you are not root, so the firewall cannot be changed');
  const {planSources, hasJournal} = await import(
    await build({text: programsOwn, outfile: join(root, 'dist/sources.mjs')})
  );
  const offer = {
    quietMs: (path) => (isReadable(path) ? 0 : undefined),
    hasJournal: hasJournal(),
    hasPlace: () => false,
  };
  const {files, journal} = planSources(['auto'], 'any', offer);
  if (journal === 'left' && !files.some(isReadable)) {
    missing.push(`there is no mail log to read (${files.join(', ')}, the journal)`);
  }
  return missing.length === 0 ? undefined : missing.join('; ');
}

function isReadable(path) {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

async function start() {
  const program = await build();
  const {words, say} = await begin(process.argv.slice(2), whyNothing);
  for (const line of say) console.log(line);
  const child = spawn(process.execPath, [program, ...words], {stdio: 'inherit'});
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await start();
