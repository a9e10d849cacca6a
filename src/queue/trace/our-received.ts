/**
 * Decides which `Received` header of a message this machine wrote: the first from the top that has one of its
 * names. The headers below came with the message, and the sender can make them up. Only the header of our own
 * submission counts too, if the log confirms it. If the log does not know the id of the first header, no lower
 * one is taken instead, because a sender can write any number of them.
 *
 * A complaint may have come through this machine too, as a report with the message attached. So each message in it counts
 * by its own headers.
 */
import type {Received} from '../received.js';
import type {ComplaintPart} from './complaint.js';

export interface OurReceived {
  readonly ours: Received;
  /** The header below it, if our own submission wrote it. */
  readonly submission: Received | undefined;
  /** As in `ComplaintPart`. */
  readonly script: string | undefined;
}

/** At most so many messages in one complaint are looked up. A count: a report of a report has three. */
export const mostTraced = 4;

/**
 * The headers that this machine wrote, one of each message, the innermost message first. Each queue id counts once.
 *
 * @param names as in `ourReceived`
 */
export function allOurs(
  parts: readonly ComplaintPart[],
  names: readonly string[],
): readonly OurReceived[] {
  const byId = new Map<string, OurReceived>();
  for (const part of parts) {
    const found = ourReceived(part, names);
    if (found !== undefined && !byId.has(found.ours.queueId)) byId.set(found.ours.queueId, found);
    if (byId.size === mostTraced) break;
  }
  return [...byId.values()].reverse();
}

/** @param names the names of this machine as its mailer writes them. A short name matches in every domain */
function ourReceived(
  {received, script}: ComplaintPart,
  names: readonly string[],
): OurReceived | undefined {
  const isOurs = ({host}: Received): boolean => isOurName(host, names);
  const at = received.findIndex(isOurs);
  const [ours, below] = at < 0 ? [] : received.slice(at);
  if (ours === undefined) return undefined;
  const isSubmission = below?.way === 'submitted' && below.user !== undefined && isOurs(below);
  return {ours, script, submission: isSubmission ? below : undefined};
}

/** Whether the host in a header is this machine. @param names as in `ourReceived` */
export const isOurName = (host: string, names: readonly string[]): boolean =>
  names.some((name) => isSameHost(host.toLowerCase(), name.toLowerCase()));

const isSameHost = (host: string, name: string): boolean =>
  host === name || (!name.includes('.') && host.startsWith(`${name}.`));
