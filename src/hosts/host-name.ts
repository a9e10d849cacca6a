/** Decides whether a word is the name of a host or mail domain, and which names lie below it. Asks no DNS. */

/**
 * A DNS name (RFC 1035, section 2.3.4) with a dot in it. Its last label is not a number, because that would be an
 * address.
 */
const shape =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{1,63}$/;

/**
 * @param word a host, a domain, or a mailbox in it
 * @returns the name in lower case without a trailing dot; undefined: not such a name
 */
export function readHostName(word: string): string | undefined {
  const name = word
    .slice(word.lastIndexOf('@') + 1)
    .replace(/\.$/, '')
    .toLowerCase();
  return shape.test(name) ? name : undefined;
}

/**
 * @param name any text
 * @param host as `readHostName` returns it
 */
export function isWithin(name: string, host: string): boolean {
  const small = name.toLowerCase();
  return small === host || small.endsWith(`.${host}`);
}

/** `<Anna@Mail.Partner.example>` → `mail.partner.example`. @returns empty: the mailbox has no domain */
export const domainOf = (mailbox: string): string =>
  /@([A-Za-z0-9._-]{1,253})>?$/.exec(mailbox.slice(-260))?.[1]?.toLowerCase() ?? '';
