/**
 * A mail as bytes in ASCII: its header fields, and parts in a multipart/report. What is put in from outside
 * cannot begin a field or a part: fields are of printable ASCII in one line, a body is ASCII or encoded, and the
 * boundary is one that nobody can know before. Decides no word of it.
 */

export interface Part {
  readonly type: string;
  /** Shown by readers of mail; absent: none. */
  readonly fileName?: string | undefined;
  /** Lines end in LF; any characters. */
  readonly text: string;
}

export type HeaderField = readonly [name: string, value: string];

/** RFC 5322, section 2.1.1, with room for a dot that the transport adds. Characters. */
const mostLine = 990;
/** RFC 2045, section 6.7. Characters, with room for an escape. */
const encodedLine = 72;
/** Length of a header field in one line. Characters: RFC 5322 allows 998. */
const mostField = 900;

/** @param boundary of letters, digits and hyphens, of more than a hundred random bits */
export function mimeText(
  fields: readonly HeaderField[],
  reportType: string,
  parts: readonly Part[],
  boundary: string,
): string {
  const type = `multipart/report; report-type=${reportType}; boundary="${boundary}"`;
  const head = [...fields, ['MIME-Version', '1.0'] as const, ['Content-Type', type] as const];
  const lines = [
    ...head.map(fieldText),
    '',
    ...parts.flatMap((part) => [`--${boundary}`, ...partLines(part)]),
    `--${boundary}--`,
    '',
  ];
  return lines.join('\r\n');
}

/** Whatever is no printable ASCII becomes a question mark: also CR and LF. */
const fieldText = ([name, value]: HeaderField): string =>
  `${name}: ${value.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, mostField)}`;

function partLines({type, fileName, text}: Part): string[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const isPlain = lines.every((line) => line.length <= mostLine && /^[\t\x20-\x7e]*$/.test(line));
  const disposition =
    fileName === undefined ? [] : [`Content-Disposition: attachment; filename="${fileName}"`];
  return [
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'quoted-printable'}`,
    ...disposition,
    '',
    ...(isPlain ? lines : lines.flatMap(quotedPrintable)),
  ];
}

function quotedPrintable(line: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  const characters = Array.from(line);
  for (const [at, character] of characters.entries()) {
    const isLast = at === characters.length - 1;
    const isPlain = /[!-<>-~]/.test(character) || (character === ' ' && !isLast);
    const next = isPlain ? character : escaped(character);
    if (piece.length + next.length > encodedLine) {
      pieces.push(`${piece}=`);
      piece = '';
    }
    piece += next;
  }
  return [...pieces, piece];
}

/** A lone surrogate is no character: `?`. */
function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  if (code >= 0xd800 && code <= 0xdfff) return '?';
  if (code < 0x80) return `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
  return encodeURIComponent(character).replaceAll('%', '=');
}
