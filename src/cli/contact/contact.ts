/** `blocksmtp contact ADDRESS`: the abuse contact of an address, its source, and how sure it is. */
import {searching} from './search.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {ContactAnswer} from '../../complaint/contact/answer.js';
import type {Config} from '../../config/schema.js';
import {parseAddress} from '../../net/address.js';
import {contactJson, contactText} from '../../report/tables/contact.js';
import type {Log} from '../../sys/talk/log.js';

interface ContactWish {
  /** Already checked. */
  readonly address: string;
  readonly form: 'text' | 'json';
}

/** Exit 1: there is no contact; 69: no source answered. */
export async function contact(
  {address: text, form}: ContactWish,
  config: Config,
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const address = parseAddress(text);
  if (address === undefined) return exitCode.usage;
  const {answer, by} = await searching(config, log, (search) => search(address), 'failed');
  const shown = {address: address.text, answer, by};
  if (form === 'json') output.print(contactJson(shown));
  else if (answer.kind === 'found') output.print(contactText(shown));
  else output.complain(contactText(shown).trimEnd().replaceAll('\n', '; '));
  return codeOf[answer.kind];
}

const codeOf: Readonly<Record<ContactAnswer['kind'], ExitCode>> = {
  found: exitCode.ok,
  none: exitCode.no,
  failed: exitCode.unavailable,
};
