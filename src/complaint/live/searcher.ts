/**
 * Makes rows of the spool for clients whose complaint is due: looks up the holders of their
 * networks, a few at a time, and enters one complaint for each network. `complaint/due.ts` decides
 * which are due. Writes no letter.
 */
import {countText} from '../../base/count.js';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {Troubles} from '../../base/mechanisms/troubles.js';
import {printable} from '../../base/printable.js';
import {type Address, parseAddress} from '../../net/address.js';
import {contains, parseNetwork} from '../../net/network.js';
import type {Contact, ContactAnswer} from '../contact/answer.js';
import {dueDeeds} from '../due.js';
import {unknownNetwork} from '../contact/allotment.js';
import {isOfInternet} from '../contact/internet.js';
import {isOwnMailbox} from '../never.js';
import {complaintId} from '../spool/report-id.js';
import type {KeyedHash} from '../spool/keyed.js';
import {dueRules} from '../settings.js';
import type {Accusation} from '../spool/accusation.js';
import {isOpen} from '../spool/complaint.js';
import type {Deed} from '../spool/deed.js';
import {attackerOf, enter} from '../spool/enter.js';
import {firstAlive, isNever} from '../spool/left-out.js';
import type {ComplaintParts, ComplaintTally} from './parts.js';

export type Accused = {readonly kind: 'entered' | 'refused'; readonly text: string};

const refused = (text: string): Accused => ({kind: 'refused', text});

/** At most so many searches in one look. A count: a registry answers in a second or two, and a look comes each minute. */
const mostSearches = 20;
/** Networks whose search failed, or that wait for tomorrow. A count. */
const mostWaiting = 10_000;
/** The latest networks whose holder is known. A count: each due client is compared with them. */
const mostKnown = 50;
/** Length of a reason that another server gave. Characters. */
const mostWhy = 200;

interface Due {
  readonly deed: Deed;
  readonly address: Address;
  /** The smallest routed network around the address, as text. */
  readonly around: string;
}

export class Searcher {
  readonly #parts: ComplaintParts;
  readonly #tally: ComplaintTally;
  readonly #troubles: Troubles;
  /** Until when no search begins for the network around an address. Ms since the epoch. */
  readonly #waits = new BoundedMap<string, number>(mostWaiting);
  /** Parsing thousands of addresses at each look would take a second. A row that changes is a new object. */
  readonly #read = new WeakMap<Deed, Due>();

  constructor(parts: ComplaintParts, tally: ComplaintTally) {
    [this.#parts, this.#tally] = [parts, tally];
    this.#troubles = new Troubles(parts.say);
  }

  /** Clients that are due, and in no open complaint. */
  due(): Due[] {
    const {config, tables, now, mayName, brake} = this.#parts;
    if (brake() === 'on') return [];
    const rows = [...tables.complaints.values()];
    const named = new Set(
      rows
        .filter(isOpen)
        .flatMap(({about}) =>
          about.kind === 'guessing' ? about.attackers.map(({client}) => client) : [],
        ),
    );
    const known = new Set(rows.slice(-mostKnown).map(({network}) => network));
    const as = config.complaints === 'preview' ? 'shown' : 'sent';
    const deeds = tables.complaintDeeds.values();
    return dueDeeds({deeds, rules: dueRules(config), known, as, nowMs: now()}).flatMap((deed) => {
      const due = named.has(deed.client) ? undefined : this.#dueOf(deed);
      return due === undefined || mayName(deed) === 'no' ? [] : [due];
    });
  }

  #dueOf(deed: Deed): Due | undefined {
    const known = this.#read.get(deed);
    if (known !== undefined) return known;
    const address = parseAddress(deed.address);
    if (address === undefined) return undefined;
    const due = {deed, address, around: unknownNetwork(address).text};
    this.#read.set(deed, due);
    return due;
  }

  /** @param hash uses the key of the state */
  async search(hash: KeyedHash, stop: AbortSignal): Promise<void> {
    let left = this.due().filter((due) => !this.#isWaiting(due));
    for (let searches = 0; left.length > 0 && searches < mostSearches; searches++) {
      const [first] = left;
      if (first === undefined || stop.aborted) return;
      const answer = await this.#parts.findContact(first.address, this.#parts.now());
      const ours = await this.#parts.ours();
      if (isOver(stop)) return;
      const {mine, others} = divided(left, first, answer);
      const still = mine.filter(({deed}) => this.#parts.mayName(deed) === 'yes');
      if (still.length > 0) this.#take(answer, still, ours, hash);
      left = others;
    }
  }

  /** Enters a complaint about a message, at once: a person waits for the answer. */
  async accuse(about: Accusation, hash: KeyedHash): Promise<Accused> {
    const {config, tables, now, brake, findContact} = this.#parts;
    const client = about.kind === 'message' ? parseAddress(about.client) : undefined;
    if (client === undefined || !isOfInternet(client)) return refused('expected a public address');
    if (config.complaints === 'preview') {
      return refused('complaints is "preview": no complaint goes out, so the message stays');
    }
    if (brake() === 'on') return refused('blocking is stopped: nobody is accused');
    const left = this.#whyLeftOut(client);
    if (left !== undefined) return refused(left);
    const answer = await findContact(client, now());
    if (answer.kind === 'failed') return refused(printable(answer.why, mostWhy));
    const {network} = answer;
    const {contact, why} = this.#contactOf(answer, await this.#parts.ours());
    // A search takes seconds, and the operator may have excluded the client meanwhile.
    const leftMeanwhile = this.#whyLeftOut(client);
    if (leftMeanwhile !== undefined) return refused(leftMeanwhile);
    // The caller files an accused message among those for which a complaint goes out. Without a contact none goes out.
    if (contact === undefined) return refused(`there is no contact to complain to: ${why}`);
    const id = complaintId({...about, network}, now(), hash);
    const entry = {id, about: {...about, network}, contact, why, nowMs: now()};
    if (enter(tables.complaints, entry) === 'waits') {
      return refused(`complaint ${id} is closed, or there is no room for one more`);
    }
    return {kind: 'entered', text: `complaint ${id} to ${contact.mailbox}`};
  }

  #whyLeftOut(client: Address): string | undefined {
    const {tables, mayName} = this.#parts;
    if (isNever(tables.complaintLeftOut, client))
      return `${client.text} is left out: you said "complaints never"`;
    const isNamable = mayName({address: client.text, client: client.text}) === 'yes';
    return isNamable ? undefined : `${client.text} is exempt`;
  }

  #isWaiting({around}: Due): boolean {
    const until = this.#waits.get(around) ?? 0;
    const nowMs = this.#parts.now();
    return nowMs < until && until - nowMs < longestMs;
  }

  #wait(due: readonly Due[], untilMs: number): void {
    for (const {around} of due) this.#waits.set(around, untilMs);
  }

  /** The surest contact to which we may write, or the reason why there is none. */
  #contactOf(
    answer: Exclude<ContactAnswer, {kind: 'failed'}>,
    ours: readonly string[],
  ): {
    readonly contact: Contact | undefined;
    readonly why: string;
  } {
    const {tables, now} = this.#parts;
    if (answer.kind === 'none') return {contact: undefined, why: printable(answer.why, mostWhy)};
    const others = answer.contacts.filter(({mailbox}) => !isOwnMailbox(mailbox, ours));
    const contact = firstAlive(tables.complaintLeftOut, others, now());
    return {contact, why: whyNone(answer.contacts.length, others.length)};
  }

  #take(
    answer: ContactAnswer,
    due: readonly Due[],
    ours: readonly string[],
    hash: KeyedHash,
  ): void {
    const {tables, now, say} = this.#parts;
    const nowMs = now();
    if (answer.kind === 'failed') {
      this.#tally.lookUpFailures += 1;
      this.#wait(due, Math.max(answer.againMs, nowMs + soonestMs));
      const why = printable(answer.why, mostWhy);
      this.#troubles.begin('contact', `complaints: a contact was not found: ${why}`, 'warning');
      return;
    }
    this.#troubles.end('contact');
    const {network} = answer;
    const {contact, why} = this.#contactOf(answer, ours);
    const about = {
      kind: 'guessing',
      network,
      attackers: due.map(({deed}) => attackerOf(deed)),
    } as const;
    const id = complaintId(about, nowMs, hash);
    const entered = enter(tables.complaints, {id, about, contact, why, nowMs});
    // Today's letter has gone, or there is no contact for it. So do not search again before that can change.
    if (entered === 'waits' || contact === undefined) this.#wait(due, nowMs + laterMs);
    if (entered === 'entered') {
      const whom = contact === undefined ? `nobody: ${why}` : contact.mailbox;
      say('info', `complaint ${id}: ${countText(due.length, 'client')} of ${network}, to ${whom}`);
    }
  }
}

/** A call, so that the compiler does not assume the value from before an `await`. */
const isOver = ({aborted}: AbortSignal): boolean => aborted;

/** After a failure no search begins sooner. Ms. */
const soonestMs = 60_000;
const laterMs = 3_600_000;
/** Even if a registry wants a longer pause, we ask it again after this. Ms. */
const longestMs = 2 * 86_400_000;

const whyNone = (found: number, others: number): string =>
  others < found
    ? 'the contact is in a domain of ours'
    : 'the mailboxes bounced recently, or you had them forgotten';

/** Divides the clients into those in the network that was found (or, after a failure, around the address) and others. */
function divided(
  all: readonly Due[],
  first: Due,
  answer: ContactAnswer,
): {readonly mine: Due[]; readonly others: Due[]} {
  const around = unknownNetwork(first.address);
  const network = answer.kind === 'failed' ? around : (parseNetwork(answer.network) ?? around);
  const isMine = (due: Due): boolean => due === first || contains(network, due.address);
  return {mine: all.filter(isMine), others: all.filter((due) => !isMine(due))};
}
