/**
 * Decides which messages of the queue match every filter. Pure; the caller reads the body, and only
 * if a filter needs it.
 */
import {type Pattern, fits, patternCharacters, patternOf} from './pattern.js';
import {unfolded} from './received.js';
import {headerOf, type QueuedMessage, receivedOf} from './message.js';
import {readDuration} from '../base/duration.js';
import {type Network, contains, parseNetwork} from '../net/network.js';

export interface Filter {
  readonly from?: Pattern;
  readonly to?: Pattern;
  readonly received?: Pattern;
  /** The reason for which a message is held. */
  readonly reason?: Pattern;
  /** A number or a name. */
  readonly uid?: string;
  readonly auth?: Pattern;
  readonly host?: Network;
  readonly hostName?: Pattern;
  readonly header?: {readonly name: string; readonly value: Pattern};
  /** In the body. */
  readonly text?: Pattern;
  readonly olderMs?: number;
  readonly state?: 'held' | 'waiting';
  readonly ids?: ReadonlySet<string>;
  /** Words that the control file of each matching message contains. In lower case. */
  readonly words?: readonly string[];
}

/** The options of the command line; `true`: an option without its value. */
export interface FilterWords {
  readonly from?: string | true;
  readonly to?: string | true;
  readonly received?: string | true;
  readonly uid?: string | true;
  readonly auth?: string | true;
  readonly host?: string | true;
  readonly header?: string | true;
  readonly text?: string | true;
  readonly older?: string | true;
  readonly reason?: string | true;
  readonly held?: true;
}

const words = [
  'from',
  'to',
  'received',
  'uid',
  'auth',
  'host',
  'header',
  'text',
  'older',
  'reason',
] as const;

type ReadFilter =
  | {readonly kind: 'filter'; readonly filter: Filter}
  | {readonly kind: 'wrong'; readonly problems: readonly string[]};

export function readFilter(given: FilterWords, ids: readonly string[]): ReadFilter {
  const problems = words.flatMap((word) => wrongIn(word, given[word]));
  const wrongIds = ids
    .filter((id) => !isQueueId(id))
    .map((id) => `${JSON.stringify(id)}: expected the id of a message, such as 6ATFIh0Y000204`);
  if (problems.length + wrongIds.length > 0) {
    return {kind: 'wrong', problems: [...problems, ...wrongIds]};
  }
  return {kind: 'filter', filter: filterOf(given as GoodWords, ids)};
}

/** Only letters and digits, so that sendmail takes no id for an option, a path or a pattern. */
export const isQueueId = (id: string): boolean => /^[0-9A-Za-z]{5,32}$/.test(id);

type GoodWords = {readonly [Word in (typeof words)[number]]?: string} & {readonly held?: true};

function wrongIn(word: (typeof words)[number], value: string | true | undefined): string[] {
  if (value === undefined) return [];
  const expected = expectedOf[word];
  if (value === true) return [`--${word}: no value: expected ${expected}`];
  const isGood =
    value !== '' && value.length <= patternCharacters && (checks[word]?.(value) ?? true);
  return isGood ? [] : [`--${word}: ${JSON.stringify(value)}: expected ${expected}`];
}

const text = `text of at most ${patternCharacters} characters; with * in it, it must fit the whole`;
const expectedOf: Readonly<Record<(typeof words)[number], string>> = {
  from: text,
  to: text,
  received: text,
  uid: 'the number or the name of a user',
  auth: text,
  host: 'an address, a network such as 192.0.2.0/24, or text of a host name',
  header: 'NAME:TEXT, such as Subject:*invoice*',
  text,
  older: 'a time such as 90s, 10m, 1h, 7d',
  reason: text,
};
const checks: Partial<Record<(typeof words)[number], (value: string) => boolean>> = {
  uid: (value) => /^[\w.-]{1,64}$/.test(value),
  header: (value) => /^[^\s:]{1,100}:/.test(value),
  older: (value) => readDuration(value) !== undefined,
};

function filterOf(given: GoodWords, ids: readonly string[]): Filter {
  const pattern = (value: string | undefined) =>
    value === undefined ? undefined : patternOf(value);
  const {header, host, older, uid} = given;
  const network = host === undefined ? undefined : parseNetwork(host);
  const colon = header?.indexOf(':') ?? 0;
  // The control file contains the texts of all patterns but the body's.
  const patterns = {
    from: pattern(given.from),
    to: pattern(given.to),
    received: pattern(given.received),
    auth: pattern(given.auth),
    reason: pattern(given.reason),
    hostName: network === undefined ? pattern(host) : undefined,
  };
  const named =
    header === undefined
      ? undefined
      : {
          name: header.slice(0, colon).toLowerCase(),
          value: patternOf(header.slice(colon + 1).trim()),
        };
  const needed = [...Object.values(patterns), named?.value].flatMap((each) => each?.word ?? []);
  const all = {
    ...{...patterns, uid, host: network, header: named},
    text: pattern(given.text),
    olderMs: older === undefined ? undefined : (readDuration(older) ?? 0) * 1000,
    state: given.held ? 'held' : undefined,
    ids: ids.length === 0 ? undefined : new Set(ids),
    words: needed.length === 0 ? undefined : [...needed, ...(named ? [named.name] : [])],
  } as const;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** An empty filter matches every message. */
export const isEmptyFilter = (filter: Filter): boolean => Object.keys(filter).length === 0;

/**
 * Whether a message matches. The cheapest tests come first: the directory, the control lines, whether the file contains
 * a text at all, and only then the headers and the body.
 *
 * @param bodyText called only if the filter needs the body
 */
export function isMeant(
  filter: Filter,
  message: QueuedMessage,
  nowMs: number,
  bodyText: () => string,
): boolean {
  const {control} = message;
  const is = (pattern: Pattern | undefined, each: () => readonly string[]): boolean =>
    pattern === undefined || each().some((one) => fits(pattern, one));
  return (
    isNamed(filter, message) &&
    (filter.olderMs === undefined || nowMs - control.createdMs >= filter.olderMs) &&
    (filter.words?.every((word) => control.mayHold(word)) ?? true) &&
    isFromHost(filter, message) &&
    is(filter.to, () => control.lines.recipients.map(({address}) => bare(address))) &&
    (filter.uid === undefined || isUser(filter.uid, message.whose)) &&
    is(filter.auth, () => (message.whose.kind === 'auth' ? [message.whose.name] : [])) &&
    is(filter.from, () => sendersOf(control)) &&
    is(filter.reason, () => [control.lines.quarantine]) &&
    is(filter.received, () => receivedOf(control).map(unfolded)) &&
    isHeader(filter.header, control) &&
    is(filter.text, () => [bodyText()])
  );
}

/** Whether a message can match by the name of its file alone. Files of other messages need not be opened. */
export const isNamed = (
  {ids, state}: Filter,
  named: Pick<QueuedMessage, 'id' | 'state'>,
): boolean => (ids?.has(named.id) ?? true) && (state ?? named.state) === named.state;

const isUser = (wanted: string, whose: QueuedMessage['whose']): boolean =>
  whose.kind === 'uid' && (String(whose.uid) === wanted || whose.user === wanted);

function isFromHost({host, hostName}: Filter, message: QueuedMessage): boolean {
  if (host === undefined && hostName === undefined) return true;
  const {peer} = message;
  if (peer.kind !== 'host') return false;
  return (
    (host === undefined || contains(host, peer.address)) &&
    (hostName === undefined || fits(hostName, peer.name))
  );
}

const isHeader = (wanted: Filter['header'], control: QueuedMessage['control']): boolean =>
  wanted === undefined ||
  control.headers.some(
    ({name, value}) => name.toLowerCase() === wanted.name && fits(wanted.value, unfolded(value)),
  );

/** Removes the brackets of `<anna@example.net>`, because a pattern must fit the whole address. */
const bare = (address: string): string => address.replace(/^<(.*)>$/s, '$1');

/** The senders of the envelope and of the `From` line. */
const sendersOf = (control: QueuedMessage['control']): string[] => [
  bare(control.lines.sender),
  ...[headerOf(control, 'from')].flatMap((value) => value ?? []),
];
