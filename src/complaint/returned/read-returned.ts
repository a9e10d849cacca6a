/**
 * Decides which complaint a returned message is about, and what it is: a bounce, a delay, or the answer of a
 * program or of a person. The message is hostile: it is read line by line, within bounds, and
 * nothing in it is obeyed. The daemon knows whether an id is ours, and only the recipients of a complaint know its
 * id. Sends no answer.
 */
import {printable} from '../../base/printable.js';
import type {Returned} from './returned.js';

/** So much of a message is read. Characters: a bounce has its report in front. */
export const mostReturned = 256 * 1024;
/** At most so many header fields are read. A count. */
const mostFields = 500;
/** Length of the other side's reason. Characters. */
const mostWhy = 200;

type ReadReturned =
  | {readonly kind: 'returned'; readonly id: string; readonly is: Returned; readonly why: string}
  | {readonly kind: 'stranger'};

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/i;
/** In an address only ours has this form. Other addresses, and the ids of other mailers, may be a UUID too. */
const inOurAddress = new RegExp(`\\+bounce-(${uuid.source})`, 'i');
/**
 * Fields that may have the id: the address to which the message came, the message that it answers, the subject, and the
 * messages before it, of which the first may be another's.
 */
const idFields: readonly (readonly [name: string, form: RegExp])[] = [
  ...(['delivered-to', 'x-original-to', 'to', 'cc', 'received'] as const).map(
    (name) => [name, inOurAddress] as const,
  ),
  ...(['in-reply-to', 'subject', 'references'] as const).map((name) => [name, uuid] as const),
];

type Field = readonly [name: string, value: string];

export function readReturned(text: string): ReadReturned {
  const lines = text.slice(0, mostReturned).replaceAll('\r\n', '\n').split('\n');
  const from = lines[0]?.startsWith('From ') ? lines.shift() : undefined;
  const end = lines.indexOf('');
  const fields = fieldsIn(lines.slice(0, end < 0 ? lines.length : end));
  const body = end < 0 ? [] : lines.slice(end + 1);
  const is = kindOf(fields, body, from);
  const id = idIn(fields) ?? (is === 'bounce' || is === 'delay' ? idInBody(body) : undefined);
  if (id === undefined) return {kind: 'stranger'};
  const why = is === 'bounce' || is === 'delay' ? whyIn(body) : '';
  return {kind: 'returned', id, is, why: printable(why, mostWhy)};
}

/** Names are in lower case, and folded lines are joined. */
function fieldsIn(lines: readonly string[]): Field[] {
  const fields: [string, string][] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last[1] += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1 || fields.length >= mostFields) continue;
    fields.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
  }
  return fields;
}

const valueOf = (fields: readonly Field[], name: string): string =>
  fields.find(([each]) => each === name)?.[1] ?? '';

function idIn(fields: readonly Field[]): string | undefined {
  for (const [name, form] of idFields) {
    for (const [each, value] of fields) {
      const found = each === name ? form.exec(value) : null;
      if (found !== null) return (found[1] ?? found[0]).toLowerCase();
    }
  }
  return undefined;
}

/** A bounce returns the header of our mail. */
function idInBody(body: readonly string[]): string | undefined {
  const line = body.find((each) => /^(?:message-id|report-id):/i.test(each) && uuid.test(each));
  return line === undefined ? undefined : uuid.exec(line)?.[0].toLowerCase();
}

function kindOf(
  fields: readonly Field[],
  body: readonly string[],
  from: string | undefined,
): Returned {
  const type = valueOf(fields, 'content-type');
  if (/^multipart\/report\b/i.test(type) && /report-type="?delivery-status/i.test(type)) {
    const actions = body.flatMap(
      (line) => /^Action:\s*([a-z]+)/i.exec(line)?.[1]?.toLowerCase() ?? [],
    );
    if (actions.includes('failed')) return 'bounce';
    return actions.includes('delayed') ? 'delay' : 'automatic';
  }
  const automatic = valueOf(fields, 'auto-submitted').toLowerCase();
  const precedence = valueOf(fields, 'precedence').toLowerCase();
  const isNull =
    valueOf(fields, 'return-path') === '<>' || /^From MAILER-DAEMON\b/.test(from ?? '');
  const isAutomatic =
    (automatic !== '' && !automatic.startsWith('no')) ||
    ['bulk', 'junk', 'list', 'auto_reply'].includes(precedence) ||
    fields.some(([name]) => name === 'x-autoreply' || name === 'x-autorespond') ||
    isNull;
  return isAutomatic ? 'automatic' : 'person';
}

function whyIn(body: readonly string[]): string {
  const found = (name: RegExp): string | undefined =>
    body
      .find((line) => name.test(line))
      ?.replace(name, '')
      .trim();
  const status = found(/^Status:/i) ?? '';
  const code = found(/^Diagnostic-Code:/i) ?? '';
  return [status, code].filter((each) => each !== '').join(' ');
}
