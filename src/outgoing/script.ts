/**
 * Decides which file an interpreter runs, from its arguments: an administrator looks for the script
 * in somebody's folder, and not for `/usr/bin/perl`. A guess by the rules of each interpreter's
 * command line; the process chooses the arguments.
 */

/** Options that are followed by a word of their own; `code`: after these no file comes. */
interface Grammar {
  readonly withWord: readonly string[];
  readonly code: readonly string[];
}

const grammars: readonly (readonly [RegExp, Grammar])[] = [
  [/^perl[\d.]*$/, {withWord: ['-I', '-M', '-m'], code: ['-e', '-E']}],
  [/^python[\d.]*$/, {withWord: ['-W', '-X', '-Q'], code: ['-c', '-m']}],
  [
    /^php(?:-cgi)?[\d.]*$/,
    {withWord: ['-c', '-d', '-z', '-t', '-b', '-S'], code: ['-r', '-B', '-R', '-E']},
  ],
  [/^ruby[\d.]*$/, {withWord: ['-I', '-r', '-C'], code: ['-e']}],
  [/^(?:node|nodejs)$/, {withWord: ['-r', '--require', '--import'], code: ['-e', '-p', '--eval']}],
  [/^(?:ba|da|z|k|a)?sh$/, {withWord: ['-o'], code: ['-c']}],
];

const nameOf = (path: string): string =>
  path
    .replace(/ \(deleted\)$/, '')
    .split('/')
    .at(-1) ?? '';

const grammarOf = (executable: string): Grammar | undefined =>
  grammars.find(([shape]) => shape.test(nameOf(executable)))?.[1];

/** Whether the program is one that runs scripts. */
export const isInterpreter = (executable: string): boolean => grammarOf(executable) !== undefined;

/** @returns the script as a path from the root if it is known, or empty */
export function scriptOf(
  executable: string,
  commandLine: readonly string[],
  directory: string,
): string {
  const grammar = grammarOf(executable);
  if (grammar === undefined) return '';
  const words = commandLine.slice(1);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') return inDirectory(words[i + 1] ?? '', directory);
    // php's file may stand behind -f.
    if (word === '-f') return inDirectory(words[i + 1] ?? '', directory);
    if (grammar.code.some((option) => word === option || isJoined(word, option))) return '';
    if (grammar.withWord.includes(word)) i += 1;
    else if (!word.startsWith('-') || word === '-')
      return word === '-' ? '' : inDirectory(word, directory);
  }
  return '';
}

/** `-ne`, `-wle`: short options in one word, of which the last takes code. */
const isJoined = (word: string, option: string): boolean =>
  option.length === 2 && /^-[a-zA-Z0-9]{2,8}$/.test(word) && word.endsWith(option.slice(1));

function inDirectory(file: string, directory: string): string {
  if (file === '' || file.startsWith('/') || !directory.startsWith('/')) return file;
  return `${directory.replace(/\/$/, '')}/${file.replace(/^(?:\.\/)+/, '')}`;
}

/** The file a web server had a CGI program run (RFC 3875 has no name for it; all servers use this). */
export function cgiScriptOf(environment: readonly string[]): string {
  const found = environment.find((entry) => entry.startsWith('SCRIPT_FILENAME='));
  return found?.slice('SCRIPT_FILENAME='.length) ?? '';
}
