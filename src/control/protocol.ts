/**
 * What an operator may ask of the daemon: one table of all requests, from which their type and their
 * parser follow; and the answers. Decides which JSON is a request. `operator.ts` and
 * `daemon/course/reload.ts` answer requests; `answer.ts` reads answers.
 */
import {isRecord, type Is, isText, maybe, oneOf, own, whole} from '../base/shape.js';
import {refusal, type ShownBlock} from '../blocks/block.js';
import type {ContactAnswer} from '../complaint/contact/answer.js';
import {type Returned, returnedKinds} from '../complaint/returned/returned.js';
import {isAccusation} from '../complaint/spool/rows.js';
import type {ComplaintView, LetterView} from '../complaint/view.js';
import {isGateReport} from '../greeting/report-shape.js';
import {type Network, parseNetwork} from '../net/network.js';
import type {WaitingView} from '../greeting/view.js';
import type {SenderHour} from '../outgoing/sender-hours.js';
import type {MailSender} from '../submission/view.js';
import type {Overview} from '../overview/overview.js';
import type {Status} from '../report/status.js';
import type {WhyView} from '../report/why-lines.js';
import {keptMs} from '../tally/hours.js';

/** The longest block that an operator can request. Seconds: ten years mean for ever. */
export const longestOperatorSeconds = 3650 * 86_400;

/** How long a trial may last. Seconds: as long as an operator watches it. */
export const trialSeconds = {least: 10, most: 86_400} as const;

/**
 * How far back the report goes. Seconds: as long as hourly counts and the history of blocks are
 * kept.
 */
export const longestReportSeconds = keptMs / 1000;

/** Each request with its fields, and the check of each field. */
export const requests = {
  list: {},
  status: {},
  why: {network: isText},
  /** The sums of the last `seconds` seconds. */
  senders: {seconds: whole(1, Number.POSITIVE_INFINITY)},
  /** The report about the last `seconds` seconds. */
  report: {seconds: whole(1, longestReportSeconds)},
  /** The remembered abuse contact of an address. */
  contact: {address: isText},
  /** The same, and where nothing is remembered the daemon searches. `failed`: also where the last search failed. */
  complaintContact: {address: isText, again: maybe(oneOf<'failed'>({failed: true}))},
  /** The clients that wait at the gate. */
  waiting: {},
  block: {network: isText, seconds: whole(1, longestOperatorSeconds)},
  unblock: {network: isText},
  resume: {},
  flush: {},
  /** Without `confirmSeconds` there is no trial: the new configuration stays. */
  reload: {confirmSeconds: maybe(whole(trialSeconds.least, trialSeconds.most))},
  confirm: {},
  /**
   * Shows what would be sent. `send` also sends it; `sure` does so even before it was shown on
   * enough days.
   */
  complain: {
    seconds: maybe(whole(1, Number.POSITIVE_INFINITY)),
    network: maybe(isText),
    send: maybe(oneOf<'yes' | 'sure'>({yes: true, sure: true})),
  },
  /** All complaints, or one. */
  complaints: {id: maybe(isText)},
  complaintForget: {contact: isText},
  complaintNever: {network: isText},
  /** A reply to a complaint, or its bounce. */
  complaintAnswer: {id: isText, is: oneOf<Returned>(returnedKinds), why: isText},
  /** A message that a command has checked: its queue id is in our own log. */
  accuse: {about: isAccusation},
  /** The gate reports its state, and the clients that it has served. */
  greet: {report: isGateReport},
} as const satisfies Readonly<Record<string, Fields>>;

type Fields = Readonly<Record<string, Is<unknown>>>;
type Table = typeof requests;
export type CommandName = keyof Table;

type ValueOf<Check> = Check extends Is<infer Value> ? Value : never;
/** The required fields, or the optional ones. */
type Named<Of, Need extends 'must' | 'may'> = {
  [Name in keyof Of]: undefined extends ValueOf<Of[Name]>
    ? Need extends 'may'
      ? Name
      : never
    : Need extends 'must'
      ? Name
      : never;
}[keyof Of];
type FieldsOf<Of> = {readonly [Name in Named<Of, 'must'>]: ValueOf<Of[Name]>} & {
  readonly [Name in Named<Of, 'may'>]?: Exclude<ValueOf<Of[Name]>, undefined>;
};

export type Request = {
  [Command in CommandName]: {readonly command: Command} & FieldsOf<Table[Command]>;
}[CommandName];

/**
 * Requests about configurations. The daemon's course answers them, because it outlives a
 * configuration.
 */
export type CourseRequest = Extract<Request, {command: 'reload' | 'confirm'}>;

/** Requests that come from the gate, not from an operator. */
export type GateRequest = Extract<Request, {command: 'greet'}>;

/** Requests about complaints. */
export type ComplaintRequest = Extract<
  Request,
  {
    command:
      | 'complain'
      | 'complaints'
      | 'complaintForget'
      | 'complaintNever'
      | 'complaintAnswer'
      | 'complaintContact'
      | 'accuse';
  }
>;

/** Requests about blocks and the state. */
export type GuardRequest = Exclude<Request, CourseRequest | GateRequest | ComplaintRequest>;

export type NetworkRequest = Pick<Extract<GuardRequest, {network: string}>, 'command' | 'network'>;

export type Answer =
  | {readonly kind: 'blocks'; readonly blocks: readonly ShownBlock[]}
  | {readonly kind: 'why'; readonly why: WhyView}
  | {readonly kind: 'status'; readonly status: Status}
  | {
      readonly kind: 'senders';
      readonly senders: readonly SenderHour[];
      /** The senders of mail through the mailer; absent: the daemon is older than 1.1. */
      readonly mail?: readonly MailSender[] | undefined;
    }
  | {readonly kind: 'waiting'; readonly waiting: WaitingView}
  | {readonly kind: 'report'; readonly report: Overview}
  /** `null`: nothing is remembered, or it is too old. */
  | {readonly kind: 'contact'; readonly known: ContactAnswer | null}
  | {readonly kind: 'letters'; readonly letters: readonly LetterView[]; readonly message: string}
  | {
      readonly kind: 'complaints';
      readonly complaints: readonly ComplaintView[];
      readonly due: number;
    }
  | MessageAnswer;

/** An answer in words. Only `done` means that something has changed. */
export interface MessageAnswer {
  readonly kind: 'done' | 'unchanged' | 'notBlocked' | 'notStopped' | 'refused';
  readonly message: string;
  /** In a dry run the answer says what the command would do. */
  readonly dry?: 'run' | undefined;
}

/** @returns the request with its known fields only; undefined: not a request */
export function parseRequest(value: unknown): Request | undefined {
  const command = isRecord(value) ? own(value, 'command') : undefined;
  if (!isRecord(value) || !isText(command) || !Object.hasOwn(requests, command)) return undefined;
  const fields: Fields = requests[command as CommandName];
  const found: [string, unknown][] = [['command', command]];
  for (const [name, is] of Object.entries(fields)) {
    const given = own(value, name);
    if (!is(given)) return undefined;
    if (given !== undefined) found.push([name, given]);
  }
  // Each field was checked against the table from which the type is made.
  return Object.fromEntries(found) as Request;
}

export const isAboutConfiguration = (request: Request): request is CourseRequest =>
  request.command === 'reload' || request.command === 'confirm';

export const isAboutComplaints = (request: Request): request is ComplaintRequest =>
  request.command.startsWith('complain') || request.command === 'accuse';

/** The network that a request names, or why this command can never accept it, whatever the state. */
export function readNetwork({command, network: text}: NetworkRequest): ReadNetwork {
  const network = parseNetwork(text);
  if (network === undefined) {
    const wrong = JSON.stringify(text.slice(0, quotedCharacters));
    const never = text.endsWith('/0') ? ' (never /0, which is everybody)' : '';
    const message = `${wrong}: expected an IPv4 or IPv6 address or network${never}`;
    return {kind: 'refused', message};
  }
  const message = command === 'block' ? refusal(network) : undefined;
  return message === undefined ? {kind: 'network', network} : {kind: 'refused', message};
}

/** The greatest length of a quoted wrong word. Characters. */
const quotedCharacters = 80;

type ReadNetwork =
  | {readonly kind: 'network'; readonly network: Network}
  | {readonly kind: 'refused'; readonly message: string};
