/**
 * `blocksmtp contact --from-message`: prints the domain of the abuse contact for the client that handed a
 * message in, alone on a line, for scripts. It prints the domain for an unverified client too, and then
 * warns on standard error that nobody may be accused by it.
 */
import {asciiJson} from '../../base/printable.js';
import {boundaryText, judged} from './judged.js';
import {headersOf, type MessageWish} from './message.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {FindContact} from '../../complaint/contact/answer.js';
import type {Config} from '../../config/schema.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

interface DomainWish extends Pick<MessageWish, 'as' | 'log'> {
  readonly file: string;
  readonly form: 'text' | 'json';
}

/** Exit 1: there is none. */
export async function domainOfMessage(
  {file, form, as, log: only}: DomainWish,
  config: Config,
  log: Log,
  output: Output,
  findContact: FindContact,
): Promise<ExitCode> {
  const headers = await headersOf([file], output);
  if (headers === undefined) return exitCode.unavailable;
  const [boundary] = await judged(headers, {as, log: only, notBeforeMs: 0}, config, log, output);
  if (boundary?.kind !== 'verified') output.complain(boundaryText(boundary!));
  if (boundary?.kind !== 'verified' && boundary?.kind !== 'unverified') return exitCode.no;
  if (boundary.client === undefined) return exitCode.no;
  const contact = await findContact(boundary.client, nowMs());
  if (contact.kind !== 'found') {
    output.complain(`no contact for ${boundary.client.text}: ${contact.why}`);
    return exitCode.no;
  }
  const [first] = contact.contacts;
  const domain = first?.mailbox.split('@')[1] ?? '';
  const {kind, client} = boundary;
  const answer = {file, client: client.text, verified: kind === 'verified', domain};
  output.print(form === 'json' ? `${asciiJson(answer)}\n` : `${domain}\n`);
  return exitCode.ok;
}
