/**
 * `npm start`: installs and builds what is missing, then runs the daemon. Where it could do nothing,
 * without root or without a mail log, it says so and shows the bundled sample instead.
 */
import {spawn} from 'node:child_process';
import {accessSync, constants, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {build} from './build.mjs';
import {root} from './install.mjs';

const mailLogs = ['/var/log/mail.log', '/var/log/maillog'];

function readable(path) {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether systemd keeps a journal here: a Debian without rsyslog has nothing else. */
function hasJournal() {
  return ['/var/log/journal', '/run/log/journal'].some((folder) => {
    try {
      return readdirSync(folder).length > 0;
    } catch {
      return false;
    }
  });
}

/** Words of the caller win: `npm start -- --syslog-msgs-file=/var/log/messages`. */
function decide(words) {
  if (words.length > 0) return words;
  const hasLog = mailLogs.some(readable) || hasJournal();
  const missing = [
    ...(process.getuid() === 0 ? [] : ['you are not root, so the firewall cannot be changed']),
    ...(hasLog ? [] : [`there is no mail log to read (${mailLogs.join(', ')}, the journal)`]),
  ];
  if (missing.length === 0) return ['run'];
  console.log(`The daemon cannot do its work here: ${missing.join('; ')}.`);
  console.log(
    'So that you see what it does, here is a bundled sample log, replayed; nothing is changed.\n',
  );
  return ['replay', join(root, 'etc/sample.log')];
}

const program = await build();
const child = spawn(process.execPath, [program, ...decide(process.argv.slice(2))], {
  stdio: 'inherit',
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 0 : 1);
});
