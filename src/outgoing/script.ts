/**
 * Decides which file an interpreter runs, by its arguments: an administrator needs the path of the
 * script, and not `/usr/bin/perl`. It is a guess by the rules of each interpreter's command line,
 * because the process chooses its arguments.
 */

/** Options of an interpreter that take the next word as their value. `code`: options after which there is no file. */
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

/** Whether the program runs scripts. */
export const isInterpreter = (executable: string): boolean => grammarOf(executable) !== undefined;

/** @returns the absolute path of the script; empty: not known */
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
    // php can take its file after -f.
    if (word === '-f') return inDirectory(words[i + 1] ?? '', directory);
    if (grammar.code.some((option) => word === option || isJoined(word, option))) return '';
    if (grammar.withWord.includes(word)) i += 1;
    else if (!word.startsWith('-') || word === '-')
      return word === '-' ? '' : inDirectory(word, directory);
  }
  return '';
}

/** `-ne`, `-wle`: short options joined in one word, whose last one takes code. */
const isJoined = (word: string, option: string): boolean =>
  option.length === 2 && /^-[a-zA-Z0-9]{2,8}$/.test(word) && word.endsWith(option.slice(1));

function inDirectory(file: string, directory: string): string {
  if (file === '' || file.startsWith('/') || !directory.startsWith('/')) return file;
  return `${directory.replace(/\/$/, '')}/${file.replace(/^(?:\.\/)+/, '')}`;
}

/** The file that a web server made a CGI program run. RFC 3875 has no variable for it; all servers use this one. */
export function cgiScriptOf(environment: readonly string[]): string {
  const found = environment.find((entry) => entry.startsWith('SCRIPT_FILENAME='));
  return found?.slice('SCRIPT_FILENAME='.length) ?? '';
}
