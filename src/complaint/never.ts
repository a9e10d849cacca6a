/**
 * Decides which mailboxes never get a complaint: those of our own domains. Does not decide which
 * clients no complaint names (`score/exempt.ts`, `contact/internet.ts`).
 */

const isWithin = (domain: string, own: string): boolean =>
  domain === own || domain.endsWith(`.${own}`);

/**
 * An abuse desk of our own would answer us, and make a loop.
 *
 * @param ours domains, in lower case
 */
export function isOwnMailbox(mailbox: string, ours: readonly string[]): boolean {
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  return ours.some((own) => own !== '' && isWithin(domain, own));
}

/**
 * The domains that are ours: that of the sender of complaints, this host's name, and the domain of this host.
 * A public suffix, in which others register their domains (`co.uk`), is not ours.
 *
 * @param registrable the registrable domain of the host name; undefined if it has none
 */
export function ownDomains(
  from: string,
  hostName: string,
  registrable: string | undefined,
): string[] {
  const host = hostName.toLowerCase();
  const parent = host.split('.').slice(1).join('.');
  const isOurs = registrable !== undefined && isWithin(parent, registrable);
  const sender = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  return [sender, host, ...(isOurs ? [parent] : [])].filter((each) => each !== '');
}
