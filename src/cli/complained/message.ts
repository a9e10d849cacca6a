/**
 * `blocksmtp complain message`: shows for each message which client handed it in, the contact, and
 * what a complaint would say. The client is found by the one header that our mailer wrote, and by
 * our log. `complain headers` prints the header of one message.
 */
import {printable} from '../../base/printable.js';
import {jsonWithTimes} from '../../base/time-text.js';
import {type Boundary} from '../../complaint/header/boundary.js';
import {
  headerText,
  type MessageHeader,
  mostHeaderCharacters,
  readHeader,
} from '../../complaint/header/fields.js';
import {messageAccusation} from '../../complaint/message-accusation.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {readBeginning} from '../../sys/queue/complaint-file.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';
import {boundaryText, judged} from './judged.js';
import {type Complaining, contactText} from './wiring.js';

export interface MessageWish {
  /** `-`: standard input. */
  readonly files: readonly string[];
  readonly as: string | undefined;
  readonly log: string | undefined;
  readonly form: 'text' | 'json';
}

/** Exit 1: for one of the messages no client can be accused. */
export async function complainMessages(
  wish: MessageWish,
  config: Config,
  log: Log,
  output: Output,
  {findContact, preview}: Pick<Complaining, 'findContact' | 'preview'>,
): Promise<ExitCode> {
  const headers = await headersOf(wish.files, output);
  if (headers === undefined) return exitCode.unavailable;
  const verdicts = await judged(headers, {...wish, notBeforeMs: 0}, config, log, output);
  for (const [at, boundary] of verdicts.entries()) {
    const file = wish.files[at] ?? '';
    const shown = await shownOf(boundary, headers[at]!, findContact, preview);
    if (wish.form === 'json') {
      output.print(`${jsonWithTimes({file, ...jsonOf(boundary), ...shown})}\n`);
      continue;
    }
    const to = shown.contact === undefined ? '' : `  to: ${contactText(shown.contact)}\n`;
    const letter = shown.letter === undefined ? '' : `${shown.letter}\n`;
    output.print(`${printable(file, 500)}: ${boundaryText(boundary)}\n${to}${letter}`);
  }
  return verdicts.every(({kind}) => kind === 'verified') ? exitCode.ok : exitCode.no;
}

/** The address becomes its text, because JSON has no BigInt. */
function jsonOf(boundary: Boundary): object {
  const client = 'client' in boundary ? boundary.client?.text : undefined;
  return {...boundary, client};
}

async function shownOf(
  boundary: Boundary,
  header: MessageHeader,
  findContact: Complaining['findContact'],
  preview: Complaining['preview'],
) {
  if (boundary.kind !== 'verified') return {};
  const contact = await findContact(boundary.client, nowMs());
  const network = contact.kind === 'failed' ? boundary.client.text : contact.network;
  const accusation = messageAccusation(boundary, header, {kind: 'person'}, network);
  return {contact, letter: preview(accusation, contact)};
}

/** Exit 1: the message has no header. */
export async function printHeader(file: string, output: Output): Promise<ExitCode> {
  const [header] = (await headersOf([file], output)) ?? [];
  if (header === undefined) return exitCode.unavailable;
  output.print(headerText(header).replaceAll(/[^\t\n\x20-\x7e]/g, '?'));
  return header.fields.length > 0 ? exitCode.ok : exitCode.no;
}

/** @returns undefined: one of the files cannot be read; an error message has reported it */
export async function headersOf(
  files: readonly string[],
  output: Pick<Output, 'complain'>,
): Promise<MessageHeader[] | undefined> {
  const headers: MessageHeader[] = [];
  for (const file of files) {
    try {
      headers.push(readHeader(await readBeginning(file, mostHeaderCharacters + 1)));
    } catch (error) {
      output.complain(printable((error as Error).message, 500));
      return undefined;
    }
  }
  return headers;
}
