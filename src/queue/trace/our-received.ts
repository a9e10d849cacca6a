/**
 * Decides which `Received` of a message is this machine's: the first from the top that names one of its
 * names. What stands below came with the message and is the sender's word, but for the line of our own
 * submission, which the log must bear out. If the log does not know the id of the first one, no lower
 * one is taken in its place: a sender can write any number of them.
 */
import type {Received} from '../received.js';

export interface OurReceived {
  readonly ours: Received | undefined;
  /** The one below it, if it is of our own submission. */
  readonly submission: Received | undefined;
  /** The names in all of them, for a person who wonders. */
  readonly hosts: readonly string[];
}

/** Names shown. A count. */
const mostHosts = 10;

/** @param names of this machine, as its mailer writes them; a short one stands for its whole domain */
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

/** Whether the host in a header is this machine. @param names as of `ourReceived` */
export const isOurName = (host: string, names: readonly string[]): boolean =>
  names.some((name) => isSameHost(host.toLowerCase(), name.toLowerCase()));

const isSameHost = (host: string, name: string): boolean =>
  host === name || (!name.includes('.') && host.startsWith(`${name}.`));
