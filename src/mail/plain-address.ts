/**
 * One text for one mailbox, however a client writes it, so that a name counts once. Not decided here:
 * whether it is a name at all, and whether two domains are the same host.
 */

/** Nothing to be left out, as in most. */
const isPlain = /^<[^\s"()<>+%!\\]*[^.]>$/;

/**
 * An address without what may be varied at will and is one mailbox all the same: case, quotes,
 * comments, blanks, angle brackets, `+detail`, routes (`host!anna`, `anna%host`), a dot at the end.
 */
export function plainAddress(text: string): string {
  const kind = kindOf(text);
  if (kind === 'plain') return text;
  if (kind === 'capitals' || isPlain.test(text)) return text.toLowerCase();
  const bare = text
    .toLowerCase()
    .replaceAll(/\([^()]*\)/g, '')
    .replaceAll(/["\s\\]/g, '')
    .replace(/^<*/, '<')
    .replace(/[.>]*$/, '>');
  const at = bare.lastIndexOf('@');
  const end = at < 0 ? bare.length - 1 : at;
  const user = bare
    .slice(1, end)
    .replace(/^.*!/, '')
    .replace(/[+%].*$/, '');
  return `<${user}${bare.slice(end)}`;
}

/**
 * Whether all characters of a text are ones of which nothing is to be left out, and some are capitals:
 * asked of each name, and faster than an expression. `other`: maybe not.
 */
function kindOf(text: string): 'plain' | 'capitals' | 'other' {
  const last = text.length - 1;
  if (last < 1 || text.charCodeAt(0) !== 60 || text.charCodeAt(last) !== 62) return 'other';
  if (text.charCodeAt(last - 1) === 46) return 'other';
  let hasCapitals = false;
  for (let at = 1; at < last; at++) {
    const code = text.charCodeAt(at);
    if (code > 126 || kinds[code] === 0) return 'other';
    if (kinds[code] === 2) hasCapitals = true;
  }
  return hasCapitals ? 'capitals' : 'plain';
}

/** Of each ASCII character: 0 is not plain, 2 is a capital letter. */
const kinds = Uint8Array.from({length: 127}, (_, code) => {
  const character = String.fromCharCode(code);
  if (!/[^\s"()<>+%!\\]/.test(character) || code < 33) return 0;
  return /[A-Z]/.test(character) ? 2 : 1;
});
