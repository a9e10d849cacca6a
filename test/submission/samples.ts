/** Lines of a relay, and what the watch on senders makes of them, without a machine. */
import {type LogRecord, type Writer} from '../../src/log/record.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {isOwnNetwork} from '../../src/mail/connections.js';
import type {Fact} from '../../src/submission/whose/fact.js';
import {Joining} from '../../src/submission/whose/joining.js';

export const relay = 'relay.example.net';
export const startMs = Date.UTC(2026, 10, 2, 9);

export const recordOf = (message: string, more: Partial<LogRecord> = {}): LogRecord => ({
  atMs: startMs,
  host: relay,
  program: 'sm-mta',
  pid: 700,
  message,
  times: 1,
  writer: undefined,
  ...more,
});

export const mailer: Writer = {pid: 7, uid: 0, executable: '/usr/libexec/sendmail/sendmail'};
export const userOf = (uid: number): Writer => ({...mailer, uid});

export function joiningOf(state: State = emptyState()): {
  readonly state: State;
  readonly joining: Joining;
  readonly take: (message: string, more?: Partial<LogRecord>) => Fact[];
} {
  const joining = new Joining(state, {
    ownHost: relay,
    authorshipOf: sendmail.authorshipOf,
    isProgram: sendmail.isProgram,
    isOwn: isOwnNetwork,
  });
  const take = (message: string, more: Partial<LogRecord> = {}): Fact[] => {
    const record = recordOf(message, more);
    const step = sendmail.readTransit(record, sendmail.read(record));
    return step === undefined ? [] : joining.take(record, step);
  };
  return {state, joining, take};
}

export const idOf = (number: number): string => `6AT${String(number).padStart(5, '0')}000700`;

export const fromLine = (id: string, sender: string, recipients: number, client: string): string =>
  `${id}: from=<${sender}>, size=319, class=0, nrcpts=${recipients}, msgid=<${id}@x>, proto=ESMTP, daemon=MTA-v4, relay=${client}`;

export const localFrom = (id: string, user: string, recipients: number): string =>
  `${id}: from=${user}, size=21, class=0, nrcpts=${recipients}, msgid=<${id}@x>, relay=localhost [[UNIX: localhost]]`;

export const handedOver = (id: string, uid: number, relayId: string): string =>
  `${id}: to=bob@example.net, ctladdr=x@example.org (${uid}/100), delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=30021, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (${relayId} Message accepted for delivery)`;

const dsns = {
  sent: 'dsn=2.0.0, stat=Sent (ok)',
  deferred: 'dsn=4.0.0, stat=Deferred: Connection timed out with mx.example.',
  failed: 'dsn=5.1.1, reply=550 5.1.1 no, stat=User unknown',
};
export const toLine = (id: string, to: string, outcome: keyof typeof dsns): string =>
  `${id}: to=<${to}>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=120331, relay=mx.example. [203.0.113.25], ${dsns[outcome]}`;

export const authLine = (name: string, client: string): string =>
  `AUTH=server, relay=${client}, authid=${name}, mech=PLAIN, bits=0`;
