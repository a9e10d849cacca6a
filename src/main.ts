/**
 * The process: arguments in, exit code out. The only place that listens to signals and ends the
 * process; what a command does is in `cli/`.
 */
import {CommanderError} from 'commander';
import {commandFirst, meansDaemon} from './cli/command-first.js';
import {commands} from './cli/command-table.js';
import {helpFirst} from './cli/help-first.js';
import {exitCode} from './cli/face/exit.js';
import {makeProgram} from './cli/program.js';
import {noProgress, progressBar} from './cli/face/progress.js';
import {splitAtCommand} from './cli/rows/words.js';
import {version} from './version.js';

/** Only the daemon listens: any other command ends at once, as everybody expects. */
const signals = {
  onStop: (listener: () => void): void => {
    for (const name of ['SIGTERM', 'SIGINT']) process.on(name, listener);
  },
  onReload: (listener: () => void) => void process.on('SIGHUP', listener),
};

const output = {
  progress: process.stderr.isTTY
    ? progressBar(
        (text) => void process.stderr.write(text),
        () => performance.now(),
      )
    : noProgress,
  print: (text: string) => void process.stdout.write(text),
  complain: (message: string) => void process.stderr.write(`blocksmtp: ${message}\n`),
};
// The reader of our output has gone (`blocksmtp list | head`): nothing is left to print.
process.stdout.on('error', ({code}: NodeJS.ErrnoException) =>
  process.exit(code === 'EPIPE' ? exitCode.ok : exitCode.unavailable),
);

// execa does not hear of a program for which there was no descriptor; `runCommand` has told it.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.syscall?.startsWith('spawn ') && ['EMFILE', 'ENFILE'].includes(error.code ?? ''))
    return;
  process.stderr.write(`${error.stack ?? String(error)}\n`);
  // Not 1: a script takes that for `nothing was to be changed`.
  process.exit(exitCode.fault);
});

// Until the command has ended: if nothing is left to wait for before that, it is a fault of the program.
process.exitCode = exitCode.fault;
let endCode: number = exitCode.ok;
const finish = (code: number): void => {
  endCode = code;
};

/** Somebody at a terminal gets the daemon, as with the old program. This line tells it first. */
function sayWhatBegins(words: readonly string[]): void {
  if (!process.stderr.isTTY || !meansDaemon(words)) return;
  output.complain(
    'no command, so the daemon begins here: it follows the mail log and changes the firewall until Ctrl-C; its blocks stay then (blocksmtp flush lifts them, blocksmtp --help shows the commands)',
  );
}

const {ours, command} = splitAtCommand(helpFirst(commandFirst(process.argv, commands), commands));

sayWhatBegins(ours.slice(2));
void carryOut();

async function carryOut(): Promise<void> {
  try {
    await makeProgram({version, signals, output, behind: command, finish}).parseAsync(ours);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    endCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  }
  process.exitCode = endCode;
}
