/**
 * Looks up the DNS names of addresses for the tables of `list` and `why`. The time is bounded, because
 * an operator at three in the morning must not wait for a DNS that is down. The owner of an address chooses its
 * name; `remote-names.ts` allows only the characters of a name.
 */
import {setMaxListeners} from 'node:events';
import {mostAsked, RemoteNames} from './remote-names.js';

/** Time for all look-ups together. Ms. */
const longestMs = 2000;

/** At most so many addresses are looked up, the first ones. A count. */
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
  // Each look-up adds a listener. More than ten at once are intended, so Node must not warn about a leak.
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

/** For callers that want no names. */
export const noNames: HostNames = () => Promise.resolve(new Map());
