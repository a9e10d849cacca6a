/**
 * Decides who sent a message, from its own `Received` headers and what the log says about their ids.
 * If it cannot decide, it says why, and what would help. A login counts first, then a local user, then
 * a host.
 */
import type {LogFacts} from './log-facts.js';
import type {ComplaintPart} from './complaint.js';
import type {OurReceived} from './our-received.js';

export type TraceVerdict =
  | {
      readonly kind: 'sender';
      readonly queueId: string;
      readonly submissionId: string | undefined;
      readonly atMs: number;
      readonly whose: TracedSender;
      /** `log`: a line in a file, which a local program could have written too. */
      readonly proof: 'journal' | 'log';
      /** The sender in the envelope, which is only a claim. */
      readonly from: string;
      readonly recipients: number;
      readonly delivered: number;
      readonly script: string | undefined;
      readonly warnings: readonly string[];
      readonly labels: readonly string[];
    }
  | {
      readonly kind: 'unknown';
      readonly why: string;
      readonly todo: string;
      readonly queueId: string | undefined;
    };

export type TracedSender =
  | {readonly kind: 'auth'; readonly name: string; readonly client: string | undefined}
  | {readonly kind: 'uid'; readonly uid: number | undefined; readonly user: string}
  | {readonly kind: 'host'; readonly client: string; readonly relay: string};

/** @param places the files and journals that were read, for the message if they do not have it */
export function traceVerdict(
  {ours, submission, script}: OurReceived,
  facts: LogFacts,
  places: readonly string[],
): TraceVerdict {
  const {queueId} = ours;
  const from = facts.from.get(queueId);
  const handed = facts.handedIn.get(queueId);
  if (from === undefined && handed === undefined) return notInLog(queueId, places);
  // If the relay's log has no line of the submission, the id in the header is the submission's own.
  const own = handed === undefined ? undefined : facts.from.get(handed.submissionId);
  const whose = senderOf(from, handed, own?.user ?? submissionUser(submission, handed));
  if (whose === undefined) {
    const why = `the log names no sender of ${queueId} (relay=${from?.relay ?? ''})`;
    return {kind: 'unknown', why, todo: todoLocal, queueId};
  }
  if (whose.kind === 'host' && ours.login === 'authenticated') {
    const why = `${queueId}: by its header, ${whose.relay} had logged in, and the log has no AUTH=server line of it`;
    return {kind: 'unknown', why, todo: todoLogin, queueId};
  }
  const first = from ?? own;
  const isVouched = first?.vouched === 'byJournal' && (handed?.vouched ?? 'byJournal') !== 'no';
  return {
    kind: 'sender',
    queueId,
    submissionId: handed?.submissionId,
    atMs: first?.atMs ?? handed?.atMs ?? 0,
    whose,
    proof: isVouched ? 'journal' : 'log',
    from: first?.sender ?? '',
    recipients: first?.recipients ?? 0,
    delivered: facts.delivered.get(queueId)?.sent ?? 0,
    script: whose.kind === 'uid' ? script : undefined,
    warnings: facts.warnings,
    labels: facts.labels,
  };
}

type From = LogFacts['from'] extends ReadonlyMap<string, infer Facts> ? Facts : never;
type Handed = LogFacts['handedIn'] extends ReadonlyMap<string, infer Facts> ? Facts : never;

function senderOf(
  from: From | undefined,
  handed: Handed | undefined,
  user: string | undefined,
): TracedSender | undefined {
  if (from?.login !== undefined) return {kind: 'auth', name: from.login, client: from.client};
  if (handed !== undefined && (handed.uid !== undefined || user !== undefined)) {
    return {kind: 'uid', uid: handed.uid, user: user ?? ''};
  }
  if (from?.user !== undefined) return {kind: 'uid', uid: undefined, user: from.user};
  // A connection of our own submission does not show the user. Without the submission's line no sender is known.
  const {client, relay} = from ?? {};
  if (client === undefined || relay === undefined) return undefined;
  return {kind: 'host', client, relay};
}

/** The header counts only if the log says that this very submission handed the message in. */
const submissionUser = (
  submission: OurReceived['submission'],
  handed: Handed | undefined,
): string | undefined =>
  submission !== undefined && submission.queueId === handed?.submissionId
    ? submission.user
    : undefined;

const todoLocal =
  'look for the lines of this id with grep in all logs, and of the submission (sendmail, sm-msp)';

const todoLogin =
  'look for AUTH=server and this client with grep in all logs, and name the older ones with --log FILE';

/** At most so many names are shown. A count. */
const mostHosts = 10;

/** What to say if this machine wrote no header of the complaint. */
export function noneOfOurs(
  parts: readonly ComplaintPart[],
  names: readonly string[],
): Extract<TraceVerdict, {kind: 'unknown'}> {
  const received = parts.flatMap((part) => part.received);
  const hosts = [...new Set(received.map(({host}) => host))].slice(0, mostHosts);
  const ours = `a name of this machine (${names.join(', ')})`;
  const [why, todo] =
    parts.length === 0
      ? ['there is no Received header in it', 'ask for the whole message with all its headers']
      : received.length === 0
        ? [
            'none of its Received headers is of the form that sendmail writes',
            'trace it on the machine that wrote them',
          ]
        : [
            `no Received header in it has ${ours}; they have ${hosts.join(', ')}`,
            'trace it on that machine, or add a name of this one with --as NAME',
          ];
  return {kind: 'unknown', why, todo, queueId: undefined};
}

const notInLog = (queueId: string, places: readonly string[]): TraceVerdict => ({
  kind: 'unknown',
  why: `${queueId} is not in the log (${places.join(', ') || 'no log was found'}); the sender may have made up the headers below`,
  todo: 'unpack older logs and name them with --log FILE; if there are none, the header may be forged',
  queueId,
});
