/**
 * `blocksmtp contact ADDRESS`: whom to write to about an address. What the daemon remembers, or the state where
 * none runs, is shown; else this process asks registries and name servers itself, and remembers nothing.
 */
import {answerOf} from '../commands/operate.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {Table} from '../../base/mechanisms/table.js';
import type {ContactAnswer} from '../../complaint/contact/answer.js';
import {ContactCache} from '../../complaint/contact/cache.js';
import {ContactFinder} from '../../complaint/contact/live/finder.js';
import type {Config} from '../../config/schema.js';
import {type Address, parseAddress} from '../../net/address.js';
import {contactJson, contactText} from '../../report/tables/contact.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

interface ContactWish {
  /** Found good before. */
  readonly address: string;
  readonly form: 'text' | 'json';
}

/** Exit 1: nobody is named; 69: nobody could tell. */
export async function contact(
  {address: text, form}: ContactWish,
  config: Config,
  log: Log,
  output: Output,
): Promise<ExitCode> {
  const address = parseAddress(text);
  if (address === undefined) return exitCode.usage;
  const known = await remembered(address, config, log);
  const answer = known ?? (await searchAlone(address, config));
  const shown = {
    address: address.text,
    answer,
    by: known === undefined ? 'search' : 'cache',
  } as const;
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

/** Without a daemon. Its name servers are those of this machine. */
async function searchAlone(address: Address, config: Config): Promise<ContactAnswer> {
  const finder = new ContactFinder(config, new ContactCache(new Table([], 'unsaved')));
  try {
    return await finder.find(address, nowMs());
  } finally {
    finder.stop();
  }
}

/** A failure that is remembered is tried again: somebody sits there and asks. */
async function remembered(
  address: Address,
  config: Config,
  log: Log,
): Promise<ContactAnswer | undefined> {
  const answer = await answerOf({command: 'contact', address: address.text}, config, log);
  if ('unavailable' in answer || answer.kind !== 'contact') return undefined;
  return answer.known === null || answer.known.kind === 'failed' ? undefined : answer.known;
}
