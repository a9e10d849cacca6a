/**
 * The names that the DNS has for addresses, for the tables of `list` and `why`: within a bound, because
 * an operator at three in the morning must not wait for a DNS that is down. A name is its
 * owner's word; `remote-names.ts` lets only the characters of a name through.
 */
import {setMaxListeners} from 'node:events';
import {mostAsked, RemoteNames} from './remote-names.js';

/** All questions together. Ms. */
const longestMs = 2000;

/** Addresses that are asked about. A count: the first ones. */
const mostNames = 100;

export type HostNames = (addresses: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Asks the DNS. @param names default: those of this machine's resolver */
export async function hostNames(
  addresses: readonly string[],
  names: Pick<RemoteNames, 'of' | 'stop'> = new RemoteNames(),
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const waiting = addresses.slice(0, mostNames);
  const stop = AbortSignal.timeout(longestMs);
  // Each question listens: more than ten at once are meant, and no leak that Node would warn of.
  setMaxListeners(mostAsked, stop);
  const ask = async (): Promise<void> => {
    for (;;) {
      const address = stop.aborted ? undefined : waiting.shift();
      if (address === undefined) return;
      const name = await names.of(address, stop);
      if (name !== undefined) found.set(address, name);
    }
  };
  await Promise.all(Array.from({length: mostAsked}, ask));
  names.stop();
  return found;
}

/** For callers that want none, or none in time. */
export const noNames: HostNames = () => Promise.resolve(new Map());
