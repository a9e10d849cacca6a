/**
 * `blocksmtp greet`: the same wait for one client, which inetd or a socket unit gives us as our
 * standard input and output. Ends as the command ends that serves it.
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
  /** A file in the form of the whitelist. */
  readonly exempt: string | undefined;
  readonly command: readonly string[];
}

/** The origin's wrapper waited so long. Seconds. */
export const standardWaitSeconds = 35;

/** @returns an exit code of ours, or that of the command */
export async function greet(
  {waitSeconds, exempt, command}: GreetWords,
  signals: Signals,
  output: Output,
): Promise<number> {
  const end = new AbortController();
  signals.onStop(() => end.abort());
  // With inetd our standard error output is the client's.
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

/** A list that cannot be read exempts nobody: its clients wait, and are served. */
function exemptions(path: string | undefined, {say}: Log) {
  const file = path === undefined ? undefined : readTextFile(path);
  if (file !== undefined && file.kind !== 'text')
    say('error', `greet: ${file.why}: nobody is exempt`);
  const list = parseWhitelist(path ?? '', file?.kind === 'text' ? file.text : '');
  for (const problem of list.problems) say('warning', `greet: ${problemText(problem)}`);
  return list;
}
