/**
 * Which mailboxes never get a complaint, whatever was counted: those of our own domains. The caller
 * knows which clients no complaint is about (`score/exempt.ts`, `contact/internet.ts`).
 */

const isWithin = (domain: string, own: string): boolean =>
  domain === own || domain.endsWith(`.${own}`);

/**
 * A desk of our own would answer us: a loop.
 *
 * @param ours domains, in small letters
 */
export function isOwnMailbox(mailbox: string, ours: readonly string[]): boolean {
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  return ours.some((own) => own !== '' && isWithin(domain, own));
}

/** The domains that are ours: that of the sender of complaints, and this host's name with what it lies in. */
export function ownDomains(from: string, hostName: string): string[] {
  const host = hostName.toLowerCase();
  const parent = host.split('.').slice(1).join('.');
  const sender = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  return [sender, host, ...(parent.includes('.') ? [parent] : [])].filter((each) => each !== '');
}
