/**
 * Finds the abuse contact of an address for a command. Uses what the daemon remembers, or the state
 * if none runs. Otherwise this process asks the registries and the machine's name servers itself,
 * and remembers the answers as long as it runs.
 */
import {answerOf} from '../commands/operate.js';
import {Table} from '../../base/mechanisms/table.js';
import type {ContactAnswer} from '../../complaint/contact/answer.js';
import {ContactCache} from '../../complaint/contact/cache.js';
import {ContactFinder} from '../../complaint/contact/live/finder.js';
import type {Config} from '../../config/schema.js';
import type {Address} from '../../net/address.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

interface Searched {
  readonly answer: ContactAnswer;
  readonly by: 'cache' | 'search';
}

/** @param search used while it is open; it never fails */
export async function searching<Result>(
  config: Config,
  log: Log,
  work: (search: (address: Address) => Promise<Searched>) => Promise<Result>,
): Promise<Result> {
  const finder = new ContactFinder(config, new ContactCache(new Table([], 'unsaved')));
  try {
    return await work(async (address) => {
      const known = await remembered(address, config, log);
      if (known !== undefined) return {answer: known, by: 'cache'};
      return {answer: await finder.find(address, nowMs()), by: 'search'};
    });
  } finally {
    finder.stop();
  }
}

/** A remembered failure is tried again, because a person is waiting for the answer. */
async function remembered(
  address: Address,
  config: Config,
  log: Log,
): Promise<ContactAnswer | undefined> {
  const answer = await answerOf({command: 'contact', address: address.text}, config, log);
  if ('unavailable' in answer || answer.kind !== 'contact') return undefined;
  return answer.known === null || answer.known.kind === 'failed' ? undefined : answer.known;
}
