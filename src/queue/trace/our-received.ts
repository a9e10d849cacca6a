/**
 * Decides which `Received` header of a message this machine wrote: the first from the top that has one of its
 * names. The headers below came with the message, and the sender can make them up. Only the header of our own
 * submission counts too, if the log confirms it. If the log does not know the id of the first header, no lower
 * one is taken instead, because a sender can write any number of them.
 */
import type {Received} from '../received.js';

export interface OurReceived {
  readonly ours: Received | undefined;
  /** The header below it, if our own submission wrote it. */
  readonly submission: Received | undefined;
  /** The host names in all headers, for an error message. */
  readonly hosts: readonly string[];
}

/** At most so many names are shown. A count. */
const mostHosts = 10;

/** @param names the names of this machine as its mailer writes them. A short name matches in every domain */
export function ourReceived(received: readonly Received[], names: readonly string[]): OurReceived {
  const isOurs = ({host}: Received): boolean => isOurName(host, names);
  const at = received.findIndex(isOurs);
  const below = at < 0 ? undefined : received[at + 1];
  const isSubmission = below?.way === 'submitted' && below.user !== undefined && isOurs(below);
  return {
    ours: received[at],
    submission: isSubmission ? below : undefined,
    hosts: [...new Set(received.map(({host}) => host))].slice(0, mostHosts),
  };
}

/** Whether the host in a header is this machine. @param names as in `ourReceived` */
export const isOurName = (host: string, names: readonly string[]): boolean =>
  names.some((name) => isSameHost(host.toLowerCase(), name.toLowerCase()));

const isSameHost = (host: string, name: string): boolean =>
  host === name || (!name.includes('.') && host.startsWith(`${name}.`));
