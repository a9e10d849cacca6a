/**
 * One text for one mailbox, however a client writes it, so that a name counts once. Not decided here:
 * whether it is a name at all, and whether two domains are the same host.
 */

/** Nothing to be left out, as in most. */
const isPlain = /^<[^\s"()<>+\\]*>$/;

/**
 * An address without what may be varied at will and is one mailbox all the same: case, quotes,
 * comments, blanks, angle brackets, `+detail`.
 */
export function plainAddress(text: string): string {
  if (isPlain.test(text)) return text.toLowerCase();
  const bare = text
    .toLowerCase()
    .replaceAll(/\([^()]*\)/g, '')
    .replaceAll(/["\s\\]/g, '')
    .replace(/^<*/, '<')
    .replace(/>*$/, '>');
  const plus = bare.indexOf('+');
  const at = bare.lastIndexOf('@');
  return plus > 0 && plus < at ? bare.slice(0, plus) + bare.slice(at) : bare;
}
