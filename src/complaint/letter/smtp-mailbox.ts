/**
 * Decides which mailboxes may be used in a header, an envelope or a report: those of RFC 5321 section 4.1.2
 * without quotes. `complaint/contact/mailbox.ts` decides which mailbox of a registry to believe, and allows less.
 */

const smtpMailbox =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** RFC 5321 section 4.5.3.1.3: a path has 256 octets with its brackets. Characters. */
const longestCharacters = 254;

export const isSmtpMailbox = (text: string): boolean =>
  text.length <= longestCharacters && smtpMailbox.test(text);
