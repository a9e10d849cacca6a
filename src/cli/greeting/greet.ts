/**
 * `blocksmtp greet`: the same wait for one client, whose connection inetd or a socket unit passes
 * as standard input and output. Exits with the code of the command that serves the client.
 */
import {problemText} from '../../base/problem.js';
import {exitCode} from '../face/exit.js';
import type {Output, Signals} from '../face/surroundings.js';
import {greet as wait} from '../../greeting/live/greet.js';
import {parseWhitelist} from '../../net/whitelist.js';
import {readTextFile, whyNotRun} from '../../sys/disk/text-file.js';
import {endedLike} from '../../sys/greeting/ended-like.js';
import {perl} from '../../sys/greeting/last-look.js';
import {isErrorOutputTheInput} from '../../sys/greeting/tables.js';
import {type Log, openLog} from '../../sys/talk/log.js';

interface GreetWords {
  readonly waitSeconds: number;
  /** A file in the whitelist's format. */
  readonly exempt: string | undefined;
  readonly command: readonly string[];
}

/** The wait of the original wrapper. Seconds. */
export const standardWaitSeconds = 35;

/** @returns our own exit code, or that of the command */
export async function greet(
  {waitSeconds, exempt, command}: GreetWords,
  signals: Signals,
  output: Output,
): Promise<number> {
  const end = new AbortController();
  signals.onStop(() => end.abort());
  // Under inetd, standard error is the client's connection.
  const isClients = isErrorOutputTheInput();
  const log = openLog({
    debug: 3,
    logFile: '',
    debugToSyslog: isClients,
    errorOutput: isClients ? 'none' : 'log',
  });
  try {
    const missing = whyNotRun(perl);
    if (missing !== undefined) {
      log.say(
        'error',
        `greet: ${perl}: ${missing}: expected a program; without it nobody is served`,
      );
      return exitCode.unavailable;
    }
    const list = exemptions(exempt, log);
    const greeted = await wait({
      waitMs: waitSeconds * 1000,
      exempt: list,
      command,
      say: log.say,
      end: end.signal,
    });
    switch (greeted.kind) {
      case 'noConnection':
        output.complain(
          'standard input: expected a connection, as inetd or a socket unit gives it',
        );
        return exitCode.usage;
      case 'dropped':
        return exitCode.ok;
      case 'failed':
        return exitCode.unavailable;
      case 'ended':
        return endedLike(greeted);
    }
  } finally {
    await log.close();
  }
}

/** A list that cannot be read exempts nobody: all clients wait, and are then served. */
function exemptions(path: string | undefined, {say}: Log) {
  const file = path === undefined ? undefined : readTextFile(path);
  if (file !== undefined && file.kind !== 'text')
    say('error', `greet: ${file.why}: nobody is exempt`);
  const list = parseWhitelist(path ?? '', file?.kind === 'text' ? file.text : '');
  for (const problem of list.problems) say('warning', `greet: ${problemText(problem)}`);
  return list;
}
