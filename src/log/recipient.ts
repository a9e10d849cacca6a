/**
 * Whether a text is one address as sendmail cuts it off a command (parseaddr.c prescan()): blanks
 * stand in it only between quotes, in comments and between angle brackets, and all of these are closed.
 */
/** What nearly all are; told apart because this is asked of each line that counts. */
const simple = /^<[^\s"()<>\\]*>$/;

export function isOneAddress(text: string): boolean {
  if (simple.test(text)) return true;
  let [comments, angles] = [0, 0];
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    // A backslash is logged as two, and what stands behind it means nothing.
    if (text.startsWith('\\\\', at)) at += 2;
    else if (isQuoted) isQuoted = character !== '"';
    else if (character === '(') comments += 1;
    else if (character === ')') comments -= 1;
    else if (comments === 0) {
      if (character === '"') isQuoted = true;
      else if (character === '<') angles += 1;
      else if (character === '>') angles -= 1;
      else if (character === ' ' && angles === 0) return false;
    }
    if (comments < 0 || angles < 0) return false;
  }
  return !isQuoted && comments === 0 && angles === 0;
}
