/** Text as roff: what is shown is what was given, and `x` between backticks is bold. */

/** A longer word may be broken behind a comma or the like: else troff cannot fill its line. Characters. */
const longWord = 24;

const breakable = (word: string): string =>
  word.length > longWord ? word.replaceAll(/[,/|_=](?=\S)/g, '$&\\:') : word;

/** A line that begins with . or ' would be a request. */
export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll(/\S+/g, breakable)
    .replaceAll('-', '\\-')
    .replaceAll(/`([^`]+)`/g, '\\fB$1\\fP')
    .replaceAll(/^([.'])/gm, '\\&$1');
}

/** A paragraph with a tag in bold: `tag`, then what it is. */
export const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${roff(text)}`;

/** `--for <TIME>` and `list [FILE...]`: what is written as it is stands bold, the rest in italics. */
export function spelled(words: string): string {
  const parts = words.split(/(<[^>]+>|[A-Z]{2,}[A-Z:]*)/).filter((part) => part !== '');
  const shown = parts.map((part) =>
    /^<|^[A-Z]{2}/.test(part)
      ? `\\fI${roff(part.replaceAll(/[<>]/g, ''))}\\fP`
      : `\\fB${roff(part)}\\fP`,
  );
  return shown.join('');
}
