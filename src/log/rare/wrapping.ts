/**
 * Removes what a container runtime adds around each line of output:
 *
 *     {"log":"LINE\n","stream":"stdout","time":"STAMP"}   Docker's json-file, and what ships it on
 *     STAMP stdout F LINE                                 the Kubernetes container runtime (CRI)
 *     mailer-1  | LINE                                    `docker compose logs`
 *     [pod/mail-0/relay] LINE                             `kubectl logs --prefix`
 *
 * Also recognises journal entries as JSON. `log/syslog.ts` parses LINE.
 *
 * A runtime splits a long line, and a client may have chosen where. So no part of a split line is read:
 * a part could begin like a complete line.
 */

import {longestLineBytes} from '../../base/bytes.js';

type Unwrapped =
  | {readonly kind: 'bare'}
  /** `time`: as the runtime wrote it before the line; '' if it wrote none. */
  | {readonly kind: 'wrapped'; readonly text: string; readonly time: string}
  /** For `log/journal-entry.ts`. */
  | {readonly kind: 'journalEntry'; readonly entry: object}
  | {readonly kind: 'part'};

const bare: Unwrapped = {kind: 'bare'};

/** Stamp, stream, `P` for a part or `F` for the whole or the last part, then tags. */
const cri = /^(\d{4}-\S{15,31}) (stdout|stderr) ([PF])(?::\S{0,32})? /;
/** `journalctl -o json-seq` and `-o json-sse`. */
const journalHead = /^(?:\x1e|data: )(?=\{)/;
const compose = /^(?:\x1b\[[\d;]{1,8}m)?[0-9A-Za-z][\w.-]{0,63} *\| (?:\x1b\[0m)?/;
const pod = /^\[pod\/[^\s\]/]{1,253}\/[^\s\]/]{1,63}\] /;
/** The length of the longest of these prefixes. Characters. */
const longestPrefix = 330;

type StreamName = 'stdout' | 'stderr' | '';

/** Unwraps the lines of one log. */
export class Wrappings {
  /** Streams whose last line is not complete yet. */
  readonly #cut = new Set<StreamName>();

  unwrap(text: string): Unwrapped {
    if (text[0] === '{') return this.#json(text);
    const [entryHead] = journalHead.exec(text) ?? [];
    if (entryHead !== undefined) return this.#json(text.slice(entryHead.length));
    const head = text.slice(0, longestPrefix);
    const [prefix, time = '', stream, tag] = cri.exec(head) ?? [];
    if (prefix !== undefined) {
      const part = tag === 'P' ? 'open' : 'last';
      return this.#whole(stream as StreamName, part, text.slice(prefix.length), time);
    }
    const [other] = compose.exec(head) ?? pod.exec(head) ?? [];
    return other === undefined ? bare : {kind: 'wrapped', text: text.slice(other.length), time: ''};
  }

  #json(text: string): Unwrapped {
    const object = objectOf(text);
    if (object === undefined) return bare;
    if ('__REALTIME_TIMESTAMP' in object) return {kind: 'journalEntry', entry: object};
    const {log, stream, time} = object;
    if (typeof log !== 'string') return bare;
    const ending = /\r?\n$/.exec(log.slice(-2))?.[0];
    const line = bytesOf(log.slice(0, log.length - (ending?.length ?? 0)));
    const name = stream === 'stdout' || stream === 'stderr' ? stream : '';
    // Programs that forward it (fluent-bit) remove stream, time and newline.
    const isDocker = typeof time === 'string' && name !== '';
    const part = isDocker && ending === undefined ? 'open' : 'last';
    return this.#whole(name, part, line, typeof time === 'string' ? time : '');
  }

  #whole(stream: StreamName, part: 'open' | 'last', text: string, time: string): Unwrapped {
    const isFirst = !this.#cut.has(stream);
    if (part === 'open') this.#cut.add(stream);
    else this.#cut.delete(stream);
    if (!isFirst || part === 'open' || text.includes('\n')) return {kind: 'part'};
    return {kind: 'wrapped', text, time};
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  // No reader delivers a longer line.
  if (text.length > longestLineBytes) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One character per byte again. JSON may contain any Unicode character, but no name in a mailer's log
 * does.
 */
const bytesOf = (text: string): string => text.replaceAll(/[^\0-\xff]/gu, '?');
