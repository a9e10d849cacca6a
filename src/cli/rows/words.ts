/**
 * What can be wrong with the words of a command line that are not settings: operands, and options of
 * one command. Checked before anything is read or opened.
 */
import {durationText} from '../../base/duration.js';
import {problemText} from '../../base/problem.js';
import type {Kind} from '../../config/kinds/kind.js';
import {duration} from '../../config/kinds/scalars.js';
import {settings} from '../../config/schema.js';
import {
  longestOperatorSeconds,
  longestReportSeconds,
  type NetworkRequest,
  readNetwork,
  trialSeconds,
} from '../../control/protocol.js';
import {parseAddress} from '../../net/address.js';
import {mostCommentCharacters} from '../../net/whitelist-edit.js';
import type {QueueOptions} from '../queue/words.js';
import {keptMs} from '../../outgoing/sender-hours.js';
import {senderViews} from '../../report/tables/mail-senders.js';

/** `true`: given without its value. */
export interface OwnOptions extends QueueOptions {
  readonly for?: string | true;
  readonly since?: string | true;
  readonly by?: string | true;
  readonly confirm?: string | true;
  readonly comment?: string | true;
  readonly wait?: string | true;
  readonly exempt?: string | true;
  readonly config?: string;
  readonly json?: true;
  readonly prometheus?: true;
  readonly all?: true;
  /** `list --greeting`. */
  readonly waiting?: true;
  /** Of `complain`. */
  readonly network?: string | true;
  readonly send?: true;
  readonly raw?: true;
  /** Of `trace`. */
  readonly as?: string | true;
  readonly log?: string | true;
  /** Of `report`; `html` of `replay` too. */
  readonly html?: string | true;
  readonly mail?: string | true;
  /** Of `replay`. */
  readonly against?: string | true;
  /** Of `tune`. */
  readonly write?: string | true;
  readonly force?: true;
  readonly keepBlocks?: true;
  /** Of `complain`. */
  readonly virus?: string | true;
  readonly move?: true;
  /** Of `contact`. */
  readonly fromMessage?: string | true;
  /** False: `--no-names`. */
  readonly names?: boolean;
}

/** Returns one line for each mistake; the number of operands is checked elsewhere. */
export type WrongIn = (
  operands: readonly string[],
  options: OwnOptions,
  /** The words after `--`; only `greet` has them. */
  behind?: readonly string[],
) => readonly string[];

export const blockFor = duration('1s', durationText(longestOperatorSeconds));
export const reported = duration('1h', durationText(longestReportSeconds));
export const past = duration('1s', durationText(keptMs / 1000));
/** A mailer waits five minutes for the greeting (RFC 5321). */
export const greetingWait = duration('1s', '90s');
export const trial = duration(durationText(trialSeconds.least), durationText(trialSeconds.most));

/** @returns seconds; undefined if no time was given: a bad one has been refused before */
export function givenSeconds(
  time: string | true | undefined,
  kind: Kind<number>,
): number | undefined {
  const read = typeof time === 'string' ? kind.read(time) : undefined;
  return read?.ok ? read.value : undefined;
}

export function wrongTime(
  where: string,
  time: string | true | undefined,
  kind: Kind<number>,
): string[] {
  if (time === undefined) return [];
  const read = time === true ? ({ok: false, expected: kind.bounds} as const) : kind.read(time);
  const what = time === true ? 'no time' : JSON.stringify(time);
  return read.ok ? [] : [problemText({where, what, expected: read.expected})];
}

/** Of `senders --by`. */
export function wrongView(by: string | true | undefined): string[] {
  if (by === undefined || senderViews.some((each) => each === by)) return [];
  const what = by === true ? 'no word' : JSON.stringify(by);
  return [problemText({where: '--by', what, expected: `one of ${senderViews.join(', ')}`})];
}

export const wrongNetwork =
  (command: NetworkRequest['command']): WrongIn =>
  (operands) =>
    operands.slice(0, 1).flatMap((network) => {
      const read = readNetwork({command, network});
      return read.kind === 'refused' ? [read.message] : [];
    });

export const wrongAddress: WrongIn = (operands) =>
  operands
    .slice(0, 1)
    .filter((text) => parseAddress(text) === undefined)
    .map((text) => `${JSON.stringify(text)}: expected an IPv4 or IPv6 address`);

/** A comment must fit one line of a file that people read. */
export function wrongComment(comment: string | true | undefined): string[] {
  if (comment === undefined) return [];
  const expected = `a text of one line, at most ${mostCommentCharacters} characters`;
  const text = comment === true ? '' : comment;
  const isGood = text !== '' && text.length <= mostCommentCharacters && !/\p{Cc}/u.test(text);
  const what = comment === true ? 'no text' : JSON.stringify(text.slice(0, mostCommentCharacters));
  return isGood ? [] : [problemText({where: '--comment', what, expected})];
}

export const wrongTrace: WrongIn = (_, {as, log}) => [
  ...(as === true ? ['--as: no value: expected a name of this machine'] : []),
  ...(log === true ? ['--log: no value: expected a log file'] : []),
];

export const wrongForm: WrongIn = (_, {json, prometheus}) =>
  json && prometheus ? ['--json and --prometheus: expected one of them'] : [];

/** For `greet`: a command stands after `--`, and begins with a path. */
export const wrongGreet: WrongIn = (_, {wait, exempt}, [program = ''] = []) => {
  const expected = 'expected blocksmtp greet [options] -- /PATH/OF/MAILER WORD...';
  return [
    ...(program.startsWith('/') ? [] : [`no command behind --: ${expected}`]),
    ...wrongTime('--wait', wait, greetingWait),
    ...(exempt === true
      ? ['--exempt: no value: expected a file in the form of the whitelist']
      : []),
  ];
};

/** For `greet`, what follows `--` is another program's command line, and none of our words. */
export function splitAtCommand(argv: readonly string[]): {
  readonly ours: readonly string[];
  readonly command: readonly string[];
} {
  const at = argv[2] === 'greet' ? argv.indexOf('--') : -1;
  return at < 0
    ? {ours: argv, command: []}
    : {ours: argv.slice(0, at), command: argv.slice(at + 1)};
}

/** Of `replay`. */
export const wrongReplay: WrongIn = (_, {against, html, json}) => [
  ...(against === true ? ['--against: no value: expected a configuration file'] : []),
  ...wrongPage(html, json),
];

function wrongPage(html: string | true | undefined, json: true | undefined): string[] {
  if (html === true || html === '')
    return ['--html: no value: expected a file, or - for standard output'];
  return html === '-' && json ? ['--html - and --json: expected one of them'] : [];
}

/** Of `report`. */
export const wrongReport: WrongIn = (_, {since, html, mail, json}) => [
  ...wrongTime('--since', since, reported),
  ...wrongPage(html, json),
  ...wrongMail(mail),
];

function wrongMail(mail: string | true | undefined): string[] {
  if (mail === undefined) return [];
  const {kind} = settings.warnMail;
  const what = mail === true || mail === '' ? 'no address' : JSON.stringify(mail.slice(0, 80));
  const isGood = mail !== true && mail !== '' && kind.read(mail).ok;
  return isGood ? [] : [problemText({where: '--mail', what, expected: 'a mail address'})];
}
