/**
 * `blocksmtp complain answer`: reads a reply to a complaint, from an alias or a mailbox, and tells
 * the daemon what kind of reply it is. Never writes to anybody. If it cannot reach the daemon it
 * exits with EX_TEMPFAIL: the mailer then keeps the message, tries again, and does not bounce it.
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

/** Always exits with 0: for any other code the mailer that calls it would bounce the message. */
function tell(
  {kind, message}: {readonly kind: string; readonly message: string},
  form: 'text' | 'json',
  {print}: Output,
): ExitCode {
  const answer = {command: 'complaintAnswer', changed: kind === 'done', message};
  print(form === 'json' ? `${asciiJson(answer, 2)}\n` : `${message}\n`);
  return exitCode.ok;
}
