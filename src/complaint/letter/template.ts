/**
 * Reads a letter that the administrator wrote: a text file with named fields in braces. Its head says what it is
 * for, and has its subject. For an unknown field, a missing line or a text that is too long there is one message each,
 * and no letter. Knows no complaint.
 */

/** What a letter is for: guessing, or a message in which a scanner found something of these names. */
type LetterFor =
  | {readonly kind: 'guessing'}
  /** `*` stands for any text. Empty: any name, and a message that a person judged. */
  | {readonly kind: 'message'; readonly found: readonly string[]};

export interface Letter {
  /** For error messages: `/etc/blocksmtp/letters/guessing.txt`. */
  readonly file: string;
  readonly for: readonly LetterFor[];
  readonly subject: string;
  readonly body: string;
}

/** All fields that a letter may name. Some have one line, and some several. */
const fieldNames = [
  ...['network', 'contact', 'from', 'relay', 'id', 'first', 'last', 'client'],
  ...['addresses', 'address_lines', 'more', 'names_lines', 'unknown_names', 'wrong_passwords'],
  ...['blocks', 'ports', 'queue_id', 'taken', 'found', 'header'],
] as const;

export type Fields = Readonly<Record<string, string>>;

/** Length of a letter before its fields are filled in. Characters. */
const mostLetterCharacters = 20_000;
/** Length of a subject whose fields are filled in. Characters. */
const mostSubject = 200;

type Read =
  | {readonly kind: 'letter'; readonly letter: Letter}
  | {readonly kind: 'wrong'; readonly problems: readonly string[]};

const head = /^(For|Subject):[ \t]*(\S.*?)[ \t]*$/;
const field = /\{([^{}\n]{0,40})\}/g;

export function readLetter(file: string, text: string): Read {
  if (text.length > mostLetterCharacters) {
    const expected = `expected at most ${mostLetterCharacters}: shorten it`;
    return {kind: 'wrong', problems: [`${file}: ${text.length} characters, ${expected}`]};
  }
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = lines.indexOf('');
  const heads = new Map(
    lines.slice(0, end < 0 ? lines.length : end).flatMap((line) => {
      const found = head.exec(line);
      return found === null ? [] : [[found[1]!, found[2]!] as const];
    }),
  );
  const [meant, subject] = [heads.get('For'), heads.get('Subject')];
  const body = end < 0 ? '' : lines.slice(end + 1).join('\n');
  const kinds = meant === undefined ? [] : lettersFor(meant);
  const problems = [
    ...(kinds.length > 0
      ? []
      : [`${file}: no line For: expected \`For: guessing\` or \`For: message NAME*\` in its head`]),
    ...(subject === undefined ? [`${file}: no line Subject: expected one in its head`] : []),
    ...(body.trim() === '' ? [`${file}: no text: expected it behind an empty line`] : []),
    ...unknownFields(file, lines),
  ];
  return problems.length > 0
    ? {kind: 'wrong', problems}
    : {kind: 'letter', letter: {file, for: kinds, subject: subject ?? '', body}};
}

function lettersFor(meant: string): LetterFor[] {
  const [kind, ...found] = meant.split(/\s+/);
  if (kind === 'guessing' && found.length === 0) return [{kind}];
  return kind === 'message' ? [{kind, found}] : [];
}

function unknownFields(file: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, index) =>
    [...line.matchAll(field)]
      .filter(([, name = '']) => !(fieldNames as readonly string[]).includes(name))
      .map(
        ([whole]) =>
          `${file}:${index + 1}: unknown field ${whole}: expected one of ${fieldNames.join(', ')}`,
      ),
  );
}

/** The first letter that fits the accusation: the administrator's letters come before ours. */
export const letterFor = (
  letters: readonly Letter[],
  about: {readonly kind: 'guessing'} | {readonly kind: 'message'; readonly found: string},
): Letter | undefined =>
  letters.find((letter) =>
    letter.for.some((each) => {
      if (each.kind !== about.kind) return false;
      if (each.kind === 'guessing' || about.kind === 'guessing') return true;
      return each.found.length === 0 || each.found.some((like) => isLike(about.found, like));
    }),
  );

/**
 * `*` stands for any text. Takes linear time: it searches for each part once, from the end of the one before.
 */
function isLike(name: string, like: string): boolean {
  const [first = '', ...others] = like.split('*');
  if (others.length === 0) return name === like;
  if (!name.startsWith(first)) return false;
  const last = others.pop() ?? '';
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/**
 * Fills in the fields in one pass, so text in a value never counts as a field. Drops a line that has only an empty
 * field.
 */
export function filled(
  {subject, body}: Letter,
  fields: Fields,
): {readonly subject: string; readonly body: string} {
  const fill = (text: string): string =>
    text.replaceAll(field, (_, name: string) => (Object.hasOwn(fields, name) ? fields[name]! : ''));
  const lines = body.split('\n').flatMap((line) => {
    const text = fill(line);
    return text.trim() === '' && line.trim() !== '' ? [] : text.split('\n');
  });
  const oneLine = fill(subject).replaceAll(/\s+/g, ' ').trim();
  return {subject: oneLine.slice(0, mostSubject), body: lines.join('\n')};
}
