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

/** As one character each: what sendmail logs for one that cannot be printed, and a backslash. */
const escaped = /\\(?:\\|[0-7]{3}|[a-z])/g;

/**
 * Whether the middle of a text was left out (libsm shortenstring(), MAXSHORTSTR 203). With it a bracket
 * may be gone that would show it to be one address: `from=((…))<x@example.net>`, whoever may think of it.
 */
export function isShortened(text: string): boolean {
  const typed = text.replaceAll(escaped, '?');
  return typed.length === 203 && typed.startsWith('...', 100);
}

/** Whether a name may stand where the text was left out: between two long comments any would look alike. */
export const hidesName = (text: string): boolean => text.includes('(') && isShortened(text);
