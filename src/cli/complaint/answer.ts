/**
 * `blocksmtp complain answer`: takes a reply to a complaint from an alias or a mailbox, and tells
 * the daemon what kind of reply it is. Never writes to anybody. If the daemon cannot be reached it
 * ends with EX_TEMPFAIL, so that the mailer keeps the message, tries again, and does not return it.
 */
import {asciiJson, printable} from '../../base/printable.js';
import {mostReturned, readReturned} from '../../complaint/returned/read-returned.js';
import type {Config} from '../../config/schema.js';
import {readBeginning} from '../../sys/queue/complaint-file.js';
import {askDaemon} from '../commands/ask.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';

export async function answerReturned(
  config: Config,
  form: 'text' | 'json',
  output: Output,
): Promise<ExitCode> {
  const read = readReturned(await readBeginning('-', mostReturned, 'taken'));
  if (read.kind === 'stranger') {
    return tell({kind: 'unchanged', message: 'not about a complaint of ours'}, form, output);
  }
  const {id, is, why} = read;
  const request = {command: 'complaintAnswer', id, is, why} as const;
  const asked = await askDaemon(config.controlSocket, request);
  if (asked.kind === 'answer') {
    const {answer} = asked;
    const message = 'message' in answer ? answer.message : 'noted';
    return tell({kind: answer.kind, message}, form, output);
  }
  const reason = asked.kind === 'failed' ? asked.why : 'no daemon runs';
  output.complain(printable(`${config.controlSocket}: ${reason}: the message is to be kept`, 500));
  return exitCode.later;
}

/** Always 0: a mailer that calls it would send the message back. */
function tell(
  {kind, message}: {readonly kind: string; readonly message: string},
  form: 'text' | 'json',
  {print}: Output,
): ExitCode {
  const told = {command: 'complaintAnswer', changed: kind === 'done', message};
  print(form === 'json' ? `${asciiJson(told, 2)}\n` : `${message}\n`);
  return exitCode.ok;
}
