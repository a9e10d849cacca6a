/** A child that judges a million clients, almost each in a network of its own: time of verdicts, and memory. */
import {emptyState} from '../../../src/guard/state.js';
import {Judge} from '../../../src/judge/judge.js';
import type {Evidence} from '../../../src/mail/evidence.js';
import type {Delivery, EndedEnvelope} from '../../../src/mail/join-outcome.js';
import {type Address, parseAddress} from '../../../src/net/address.js';
import {residentMegabytes} from '../figures.js';

export interface Judging {
  readonly clients: number;
  readonly networks: number;
  /** Processor time for one event: a figure for each batch of clients, from the second half of them. */
  readonly microseconds: readonly number[];
  /** The same for a loop that only adds numbers, to tell a slow machine from a slow judge. */
  readonly calibration: readonly number[];
  /** Growth of resident memory with all clients. MB. */
  readonly grown: number;
}

const CLIENTS = 1_000_000;
/** Clients in a batch. Their events are made, and memory is collected, before the time is measured. */
const AT_ONCE = 10_000;
const startMs = Date.UTC(2026, 10, 21);
/** Time between two clients. Ms: a million in a day. */
const stepMs = 86;

type Event =
  | ({readonly is: 'evidence'} & Evidence)
  | ({readonly is: 'ended'} & EndedEnvelope)
  | ({readonly is: 'delivery'} & Delivery);

/** Scattered over all IPv4. */
function addressAt(i: number): Address {
  const value = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  const text = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
  return parseAddress(text)!;
}

/** Events of a client. Every fourth delivers three mails; the others ask for two unknown names in an envelope. */
function eventsOf(i: number): Event[] {
  const [client, atMs] = [addressAt(i), startMs + i * stepMs];
  const by = {client, proof: 'kernel', sender: 'named', atMs} as const;
  if (i % 4 === 0) {
    const mail = {...by, is: 'delivery', submitter: 'stranger', nextHost: undefined} as const;
    return [0, 1, 2].map((n) => ({
      ...mail,
      senderHash: i,
      recipients: [`<known${i % 977}${n}>`],
      others: [],
    }));
  }
  const envelope = `relay ${i} ${i}`;
  const asked = {...by, is: 'evidence', kind: 'unknownRecipient', envelope} as const;
  return [
    {...asked, subject: `<name${i}@example.net>`},
    {...asked, subject: `<other${i}@example.net>`},
    {...by, is: 'ended', envelope, accepted: 0, message: 'none'},
  ];
}

/** The work of the child. */
export function judgeMany(): number {
  const beforeMegabytes = residentMegabytes();
  const state = emptyState('unsaved', 77);
  const policy = {
    threshold: 10,
    blockSeconds: 3600,
    longestBlockSeconds: 7 * 86_400,
    ipv6Prefix: 64,
    learning: 'off',
    earlyTalk: 'once',
  } as const;
  const judge = new Judge(policy, state);
  const [microseconds, calibration]: [number[], number[]] = [[], []];
  for (let from = 0; from < CLIENTS; from += AT_ONCE) {
    const events = Array.from({length: AT_ONCE}, (_, i) => eventsOf(from + i)).flat();
    globalThis.gc?.();
    const each = spent(() => {
      for (const event of events) take(judge, event);
    });
    // Measures only the second half: then the code is compiled, and the table is large.
    if (from < CLIENTS / 2) continue;
    microseconds.push(each / events.length);
    calibration.push(spent(() => sum(events.length)) / events.length);
  }
  const grown = residentMegabytes() - beforeMegabytes;
  const [clients, networks] = [state.clients.size, state.networks.size];
  const found: Judging = {clients, networks, microseconds, calibration, grown};
  console.log(JSON.stringify(found));
  return 0;
}

/** Processor time, because other work of the machine would change the wall time. Microseconds. */
function spent(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const {user, system} = process.cpuUsage(before);
  return user + system;
}

/** A thousand steps for each event, about a microsecond. */
function sum(events: number): number {
  let hash = 0;
  for (let i = 0; i < events * 1000; i++) hash = Math.imul(hash ^ i, 0x01000193);
  return hash;
}

function take(judge: Judge, event: Event): void {
  if (event.is === 'delivery') {
    judge.delivered(event);
    return;
  }
  const {atMs} = event;
  const verdicts =
    event.is === 'ended' ? judge.envelopeEnded(event) : judge.hear(event, atMs).verdicts;
  for (const verdict of verdicts) judge.blocked(verdict, atMs + verdict.seconds * 1000, atMs);
}
