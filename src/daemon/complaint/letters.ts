/** The letters to choose from: the administrator's, followed by the built-in ones. */
import {builtInLetters} from '../../complaint/letter/samples.js';
import {type Letter, readLetter} from '../../complaint/letter/template.js';
import {letterFiles} from '../../sys/complaint/letter-files.js';

/** @param folder `complaint_letters`; empty: there is none */
export function lettersIn(folder: string): {letters: Letter[]; problems: string[]} {
  const found = folder === '' ? {files: [], problems: []} : letterFiles(folder);
  const read = found.files.map(({path, text}) => readLetter(path, text));
  return {
    letters: [
      ...read.flatMap((each) => (each.kind === 'letter' ? [each.letter] : [])),
      ...builtInLetters(),
    ],
    problems: [
      ...found.problems,
      ...read.flatMap((each) => (each.kind === 'wrong' ? each.problems : [])),
    ],
  };
}
