/** Which word names a host or a domain of mail, and which names lie below it. Knows no DNS. */

/** A name of the DNS (RFC 1035, section 2.3.4) with a dot in it, whose last label is no number: that is an address. */
const shape =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{1,63}$/;

/** @param word a host, a domain, or a mailbox of it; @returns in small letters, without the last dot; undefined: it is none */
export function readHostName(word: string): string | undefined {
  const name = word
    .slice(word.lastIndexOf('@') + 1)
    .replace(/\.$/, '')
    .toLowerCase();
  return shape.test(name) ? name : undefined;
}

/** @param name whatever somebody wrote; @param host as `readHostName` gives it */
export function isWithin(name: string, host: string): boolean {
  const small = name.toLowerCase();
  return small === host || small.endsWith(`.${host}`);
}

/** `<Anna@Mail.Partner.example>` → `mail.partner.example`. @returns empty: there is none */
export const domainOf = (mailbox: string): string =>
  /@([A-Za-z0-9._-]{1,253})>?$/.exec(mailbox.slice(-260))?.[1]?.toLowerCase() ?? '';
