/**
 * Encodes a mail in ASCII: its header fields, and the parts of a multipart/report. Foreign text in it
 * cannot begin a field or a part: a field is one line of printable ASCII, a body is ASCII or encoded, and nobody can
 * guess the boundary. Decides no word of the mail.
 */

export interface Part {
  readonly type: string;
  /** The file name that mail readers show; absent: none. */
  readonly fileName?: string | undefined;
  /** Lines end in LF; any characters. */
  readonly text: string;
}

export type HeaderField = readonly [name: string, value: string];

/** Length of a line (RFC 5322, section 2.1.1), with room for a dot that the transport adds. Characters. */
const mostLine = 990;
/** Length of an encoded line (RFC 2045, section 6.7), with room for an escape. Characters. */
const encodedLine = 72;
/** Length of a header field in one line. Characters: RFC 5322 allows 998. */
const mostField = 900;

/** @param boundary letters, digits and hyphens, made of more than a hundred random bits */
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

/** Every character that is not printable ASCII becomes a question mark, CR and LF too. */
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

/** A lone surrogate is no character, and becomes `?`. */
function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  if (code >= 0xd800 && code <= 0xdfff) return '?';
  if (code < 0x80) return `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
  return encodeURIComponent(character).replaceAll('%', '=');
}
