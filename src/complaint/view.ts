/**
 * Makes the list of complaints for operators: the state of each, and the blocks in its network before and
 * after the mail went. Plain data.
 */
import {parseAddress} from '../net/address.js';
import {contains, parseNetwork} from '../net/network.js';
import type {Certainty, ContactSource} from './contact/answer.js';
import {type Complaint, sentMs, type Step} from './spool/complaint.js';
import type {Deed} from './spool/deed.js';

export interface ComplaintView {
  readonly id: string;
  readonly network: string;
  readonly mailbox?: string | undefined;
  readonly source?: ContactSource | undefined;
  readonly certainty?: Certainty | undefined;
  readonly kind: 'guessing' | 'message';
  readonly step: Step['kind'];
  /** Ms since the epoch. */
  readonly madeMs: number;
  readonly sentMs?: number | undefined;
  /** A remark on this step: why the complaint is held, or who answered. */
  readonly why: string;
  /** Addresses that it names. A count. */
  readonly addresses: number;
  /** Blocks in the network in the 7 days before the mail went, and since then. Counts. */
  readonly before: number;
  readonly after: number;
}

/** A waiting letter as it would go now. */
export interface LetterView {
  readonly id: string;
  readonly network: string;
  readonly mailbox: string;
  readonly subject: string;
  readonly text: string;
  /** The whole mail. */
  readonly raw: string;
  /** The reason why it does not go now. */
  readonly waits: string;
}

const comparedMs = 7 * 86_400_000;

export function complaintViews(
  complaints: Iterable<Complaint>,
  deeds: Iterable<Deed>,
  nowMs: number,
): ComplaintView[] {
  const blocks = [...deeds].flatMap(({address, blocksMs}) => {
    const read = parseAddress(address);
    return read === undefined ? [] : [{address: read, blocksMs}];
  });
  return [...complaints].map((complaint) => {
    const {id, network, contact, about, step, madeMs} = complaint;
    const around = parseNetwork(network);
    const sent = sentMs(complaint);
    const times = blocks.flatMap(({address, blocksMs}) =>
      around !== undefined && contains(around, address) ? blocksMs : [],
    );
    const fromMs = sent ?? nowMs;
    return {
      ...{id, network, kind: about.kind, step: step.kind, madeMs, why: whyText(step)},
      ...(contact !== undefined && {
        ...{mailbox: contact.mailbox, source: contact.source, certainty: contact.certainty},
      }),
      ...(sent !== undefined && {sentMs: sent}),
      addresses: about.kind === 'guessing' ? about.attackers.length + (about.more ?? 0) : 1,
      before: times.filter((ms) => ms < fromMs && fromMs - ms <= comparedMs).length,
      after: times.filter((ms) => ms >= fromMs).length,
    };
  });
}

function whyText(step: Step): string {
  switch (step.kind) {
    case 'bounced':
    case 'held':
    case 'withdrawn':
      return step.why;
    case 'answered':
      return step.by === 'person' ? 'by a person' : 'by a program';
    case 'composed':
      return step.go === 'yes' ? 'to be sent' : '';
    case 'lookedUp':
    case 'handing':
    case 'handed':
      return '';
  }
}
