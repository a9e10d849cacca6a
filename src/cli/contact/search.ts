/**
 * Finds the abuse contact of an address for a command. Uses what the daemon remembers, or the state
 * if none runs; otherwise the daemon searches. If none runs, this process asks the registries and the
 * machine's name servers itself, and remembers the answers as long as it runs.
 */
import {askWatched} from '../commands/ask.js';
import {answerOf} from '../commands/operate.js';
import {Table} from '../../base/mechanisms/table.js';
import type {ContactAnswer} from '../../complaint/contact/answer.js';
import {ContactCache} from '../../complaint/contact/cache.js';
import {ContactFinder} from '../../complaint/contact/live/finder.js';
import type {Config} from '../../config/schema.js';
import type {Address} from '../../net/address.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';

/** A search of the daemon ends after a minute (`complaint/contact/live/finder.ts`). Ms. */
const patienceMs = 90_000;

interface Searched {
  readonly answer: ContactAnswer;
  readonly by: 'cache' | 'search';
}

/**
 * @param search used while it is open; it never fails
 * @param again `failed`: a remembered failure is tried again, because a person is waiting for the answer
 */
export async function searching<Result>(
  config: Config,
  log: Log,
  work: (search: (address: Address) => Promise<Searched>) => Promise<Result>,
  again?: 'failed',
): Promise<Result> {
  const finder = new ContactFinder(config, new ContactCache(new Table([], 'unsaved')));
  try {
    return await work(async (address) => {
      const known = await remembered(address, config, log, again);
      if (known !== undefined) return {answer: known, by: 'cache'};
      const answer = await ofDaemon(address, config, again);
      return {answer: answer ?? (await finder.find(address, nowMs())), by: 'search'};
    });
  } finally {
    finder.stop();
  }
}

/** @returns undefined: there is none, it does not know this request, or we may not ask it */
async function ofDaemon(
  {text: address}: Address,
  config: Config,
  again: 'failed' | undefined,
): Promise<ContactAnswer | undefined> {
  const request = {command: 'complaintContact', address, ...(again && {again})} as const;
  const asked = await askWatched(config, request, patienceMs);
  const answer = asked.kind === 'answer' ? asked.answer : undefined;
  return answer?.kind === 'contact' ? (answer.known ?? undefined) : undefined;
}

async function remembered(
  address: Address,
  config: Config,
  log: Log,
  again: 'failed' | undefined,
): Promise<ContactAnswer | undefined> {
  const answer = await answerOf({command: 'contact', address: address.text}, config, log);
  if ('unavailable' in answer || answer.kind !== 'contact') return undefined;
  if (answer.known === null || (answer.known.kind === 'failed' && again === 'failed')) return;
  return answer.known;
}
