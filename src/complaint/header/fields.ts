/**
 * Reads the header of a message in a file: its fields in their order, and where it ends. Each
 * character is a byte. All of it is foreign text. Does not decide what a field is worth.
 */
import {unfolded} from '../../queue/received.js';

/**
 * Length of a header. Characters: sendmail itself takes 32 kB (confMAX_HEADERS_LENGTH) by default.
 */
export const mostHeaderCharacters = 64 * 1024;

interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** On one line. */
  readonly value: string;
  /** The whole field with its name, unchanged, without its last end of line. */
  readonly text: string;
}

export interface MessageHeader {
  readonly fields: readonly HeaderField[];
  /**
   * Where the header ends. `blank`: at an empty line, as it should. `text`: at a line that is no field, so it belongs to
   * the body. `end`: at the end of the message. `cut`: at the bound; the rest is not read.
   */
  readonly end: 'blank' | 'text' | 'end' | 'cut';
}

/** RFC 5322 section 2.2: printable ASCII without a colon. sendmail allows blanks before the colon. */
const fieldStart = /^([!-9;-~]{1,100})[ \t]{0,10}:/;
/** A mailbox in one file has this line in front of each message. */
const mailboxLine = /^From [^\r\n]{0,1000}\r?\n/;

/** @param message is read up to the bound */
export function readHeader(message: string): MessageHeader {
  const bounded = message.slice(0, mostHeaderCharacters);
  const text = bounded.slice(mailboxLine.exec(bounded)?.[0].length ?? 0);
  const fields: HeaderField[] = [];
  let lines: string[] = [];
  const close = (): void => {
    if (lines.length > 0) fields.push(fieldOf(lines.join('\n')));
    lines = [];
  };
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    // The bound has cut this line, and half a field does not count.
    if (newline < 0 && message.length > mostHeaderCharacters) break;
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
    const isContinued = /^[ \t]/.test(line) && lines.length > 0;
    if (!isContinued) {
      close();
      if (line === '') return {fields, end: 'blank'};
      if (!fieldStart.test(line)) return {fields, end: 'text'};
    }
    lines.push(line);
    at = end + 1;
  }
  const isCut = message.length > mostHeaderCharacters;
  if (isCut) return {fields, end: 'cut'};
  close();
  return {fields, end: 'end'};
}

function fieldOf(text: string): HeaderField {
  const colon = text.indexOf(':');
  return {
    name: text.slice(0, colon).trimEnd().toLowerCase(),
    value: unfolded(text.slice(colon + 1)).trim(),
    text,
  };
}

/** The values of all fields of this name, the top one first. */
export const valuesOf = ({fields}: MessageHeader, name: string): string[] =>
  fields.filter((field) => field.name === name).map(({value}) => value);

/** The header unchanged, but with LF at the ends of its lines. */
export const headerText = ({fields}: MessageHeader): string =>
  fields.map(({text}) => `${text}\n`).join('');
