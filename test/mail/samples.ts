/** Lines of one relay, said to the layer that joins them, and what comes of them in words. */
import {parseSendmail} from '../../src/mail/sendmail/read-message.js';
import {authorshipOf} from '../../src/mail/sendmail/program.js';
import {Envelopes} from '../../src/mail/envelopes.js';
import type {Delivery, EndedEnvelope, JoinOutcome} from '../../src/mail/join-outcome.js';
import type {MachineAnswer} from '../../src/mail/pending-evidence.js';
import type {LogRecord, Writer} from '../../src/log/record.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {address} from '../net/samples.js';

export const startMs = Date.UTC(2026, 10, 21);
export const queueId = '6ALBjJc0000152';
/** As the journal knows sendmail. */
export const mailer: Writer = {pid: 152, uid: 0, executable: '/usr/libexec/sendmail/sendmail'};

interface From {
  readonly pid?: number;
  readonly host?: string;
  readonly seconds?: number;
  readonly writer?: LogRecord['writer'];
  readonly answer?: MachineAnswer | undefined;
}

export const recordOf = (message: string, from: From = {}): LogRecord => ({
  atMs: startMs + (from.seconds ?? 0) * 1000,
  host: from.host ?? 'relay',
  program: 'sm-mta',
  pid: from.pid ?? 152,
  message,
  times: 1,
  writer: from.writer,
});

export class Relay {
  readonly state: State;
  readonly envelopes: Envelopes;

  constructor(state: State = emptyState(), attribution: 'any' | 'verified' = 'any') {
    this.state = state;
    this.envelopes = new Envelopes(state, 100, authorshipOf, undefined, attribution);
  }

  say(message: string, from: From = {}): readonly JoinOutcome[] {
    const event = parseSendmail(message);
    if (event === undefined) throw new Error(`no event: ${message}`);
    return this.envelopes.take(recordOf(message, from), event, from.answer);
  }
}

export const kernel = (client: string, answeredBytes?: number): MachineAnswer => ({
  client: address(client),
  proof: 'kernel',
  answeredBytes,
});

export const unknown = (name: string, id = queueId): string =>
  `${id}: <${name}@example.net>... User unknown`;

/** What of a `from=` line matters here. */
interface Said {
  readonly client?: string;
  readonly sender?: string;
  readonly counts?: string;
  readonly id?: string;
}

export const from = ({
  client = '[203.0.113.7]',
  sender = '<a@example.org>',
  counts = 'size=0, class=0, nrcpts=0',
  id = queueId,
}: Said = {}): string =>
  `${id}: from=${sender}, ${counts}, proto=ESMTP, daemon=MTA, relay=${client}`;

/** Of a message for so many. */
export const counts = (accepted: number): string =>
  `size=400, class=0, nrcpts=${accepted}, msgid=<1@example.org>`;

export const sent = (recipients: string, relay = 'x [192.0.2.30]', id = queueId): string =>
  `${id}: to=${recipients}, delay=00:00:01, mailer=esmtp, pri=1, relay=${relay}, dsn=2.0.0, stat=Sent (ok)`;

export const failed = (name: string, id = queueId): string =>
  `${id}: to=<${name}@example.net>, delay=00:00:01, mailer=esmtp, relay=x [192.0.2.30], dsn=5.1.1, stat=User unknown`;

export const login = (client = '[203.0.113.7]'): string =>
  `AUTH=server, relay=${client}, authid=alice, mech=PLAIN, bits=0`;

export const endedIn = (outcomes: readonly JoinOutcome[]): EndedEnvelope[] =>
  outcomes.flatMap((outcome) => (outcome.kind === 'envelopeEnded' ? [outcome] : []));

export const deliveredIn = (outcomes: readonly JoinOutcome[]): Delivery[] =>
  outcomes.flatMap((outcome) => (outcome.kind === 'delivered' ? [outcome] : []));
