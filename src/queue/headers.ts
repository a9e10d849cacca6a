/**
 * Reads the headers of a control file. They are the client's text, and may contain any byte but a line feed. Decides
 * where a header ends, and what its name and value are.
 */

/** A header, unchanged: its value may continue on further lines, each of which begins with a blank. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** `H?P?Return-Path: <…>`, `H??Subject: …`, and `HSubject: …` without flags. */
const headerLine = /^H(?:\?[^?\n]{0,100}\?)?([^\s:]{1,200})[ \t]*:[ \t]*/;

/** @param from the beginning of the first header; @param end the end of the last one */
export function headersIn(text: string, from: number, end: number): Header[] {
  const headers: Header[] = [];
  for (let at = from; at < end;) {
    const stop = Math.min(endOfLine(text, at), end);
    const line = text.slice(at, stop);
    const [begun = '', name] = headerLine.exec(line) ?? [];
    if (name !== undefined) headers.push({name, value: line.slice(begun.length)});
    at = stop + 1;
  }
  return headers;
}

/** The end of a line with its continuation lines. */
export function endOfLine(text: string, from: number): number {
  let end = text.indexOf('\n', from);
  while (end >= 0 && isBlank(text.charCodeAt(end + 1))) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

const isBlank = (code: number): boolean => code === 0x09 || code === 0x20;
