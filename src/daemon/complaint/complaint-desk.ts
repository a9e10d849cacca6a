/**
 * The daemon's side of complaints: learns from the outcomes which blocks began and which were lifted, answers
 * requests, and connects the worker to this machine. `heard.ts` decides which blocks count, `complaint/` everything
 * else.
 */
import {serveComplaint} from '../../control/complaint.js';
import type {Answer, ComplaintRequest} from '../../control/protocol.js';
import type {Config} from '../../config/schema.js';
import type {FindContact} from '../../complaint/contact/answer.js';
import {ContactCache} from '../../complaint/contact/cache.js';
import {ContactFinder} from '../../complaint/contact/live/finder.js';
import {ComplaintWorker} from '../../complaint/live/worker.js';
import {isOfInternet} from '../../complaint/contact/internet.js';
import {ownDomains} from '../../complaint/never.js';
import type {Attacker} from '../../complaint/spool/deed.js';
import type {Outcome, WhyLifted} from '../../guard/outcome.js';
import type {State} from '../../guard/state.js';
import type {Judged, KnownClients} from '../../judge/view.js';
import {type Address, parseAddress} from '../../net/address.js';
import {contains, parseNetwork} from '../../net/network.js';
import {type ComplaintStatus, complaintStatus} from '../../report/complaint/status.js';
import type {Exemptions} from '../../score/exempt.js';
import {base64, keyedHash, newKey} from '../../sys/complaint/keyed-hash.js';
import {registrableDomain} from '../../sys/contact/registrable.js';
import {hostName} from '../../sys/run/machine.js';
import {handOver} from '../../sys/talk/mail.js';
import type {Say} from '../../base/say.js';
import {heardBlock} from './heard.js';
import {lettersIn} from './letters.js';

interface ComplaintDeskParts {
  readonly config: Config;
  readonly state: State;
  readonly judged: Judged;
  readonly textOf: KnownClients['textOf'];
  readonly exemptions: () => Exemptions;
  /** Default: it asks registries and name servers. */
  readonly findContact?: FindContact;
  /** The ports that are attacked. */
  readonly ports: () => readonly number[];
  readonly say: Say;
  /** The clock by which blocks begin and end. Ms since the epoch. */
  readonly now: () => number;
  readonly save: () => 'saved' | 'failed';
  /** The mailer's port on this machine; default: 25. */
  readonly mailPort?: number;
  /** Pause between two looks for complaints that are due. Ms; default: a minute, or `complaint_delay`. */
  readonly everyMs?: number;
}

/** How long to wait for the mailer. Ms: after that, nobody knows whether it has accepted the mail. */
const handOverMs = 120_000;
const inDryRun: Answer = {kind: 'refused', message: 'dry_run is set: nothing is saved'};
/** IPv6 addresses remembered, in the order of their latest activity. A count. */
const mostSeen = 1024;
/** Reasons which mean that the block was wrong, or that nobody wants it any more. */
const byHand: ReadonlySet<WhyLifted> = new Set(['exempt', 'operator', 'brake', 'notConfirmed']);

export class ComplaintDesk {
  readonly #parts: ComplaintDeskParts;
  readonly #worker: ComplaintWorker;
  readonly #finder: ContactFinder;
  /** For IPv6 the guard blocks a network: the address that was seen in it. */
  readonly #seen = new Map<string, Address>();

  constructor(parts: ComplaintDeskParts) {
    const {config, state, say, now, save, mailPort = 25} = parts;
    this.#parts = parts;
    this.#finder = new ContactFinder(config, new ContactCache(state.contacts));
    const relay = hostName();
    const ownName = relay.replaceAll(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
    const from = config.complaintFrom;
    this.#worker = new ComplaintWorker({
      ...{config, tables: state, now, save, say, newKey, base64, hashWith: keyedHash},
      findContact: parts.findContact ?? this.#finder.find,
      handOver: (mail, stop) => {
        const ends = AbortSignal.any([stop, AbortSignal.timeout(handOverMs)]);
        return handOver(mail, {host: '127.0.0.1', port: mailPort, ownName}, ends);
      },
      mayName: (attacker) => this.#mayName(attacker),
      brake: () => parts.judged.crowd(now()).listLoss.kind,
      sender: {
        // A preview sends nothing, but its text still needs a sender.
        from: from === '' ? `postmaster@${ownName}` : from,
        ...{relay, ports: parts.ports()},
      },
      ours: async () => ownDomains(from, relay, await registrableDomain(relay)),
      letters: () => lettersIn(config.complaintLetters),
    });
  }

  start(): void {
    if (this.#parts.config.complaints !== 'off') this.#worker.start(this.#parts.everyMs);
  }

  async stop(): Promise<void> {
    this.#finder.stop();
    await this.#worker.stop();
  }

  hear(outcomes: readonly Outcome[]): void {
    if (this.#parts.config.complaints === 'off') return;
    for (const outcome of outcomes) {
      if (outcome.kind === 'counted') this.#see(outcome.evidence.client);
      else if (outcome.kind === 'lifted') {
        // The guard has dropped the block already; the complaint desk may learn of it only now.
        if (byHand.has(outcome.why)) this.#worker.lifted(outcome.block.network);
      } else if (outcome.kind === 'block') {
        const address = (client: string) => this.#seenIn(client);
        const heard = heardBlock(outcome.block, address, this.#parts.now());
        if (heard !== undefined) this.#worker.blocked(heard);
      }
    }
  }

  answer(request: ComplaintRequest): Promise<Answer> {
    if (request.command === 'accuse') return this.#accuse(request);
    if (request.command === 'complaintContact') return this.#search(request);
    const {config, state, now, save} = this.#parts;
    const changes = request.command === 'complaintForget' || request.command === 'complaintNever';
    if (config.dryRun && changes) return Promise.resolve(inDryRun);
    const view = {
      ...{config, tables: state},
      compose: (complaint: Parameters<ComplaintWorker['compose']>[0]) =>
        this.#worker.compose(complaint),
      due: config.complaints === 'off' ? 0 : this.#worker.due,
    };
    const answer = serveComplaint(request, view, now());
    if (request.command === 'complaintAnswer' && answer.kind === 'done') this.#count(request.is);
    // Saved before the answer: no log line could bring back what an operator decided. A refused request has changed
    // nothing.
    if (answer.kind === 'done' && save() === 'failed') {
      return Promise.resolve({...answer, message: `${answer.message}; NOT saved`});
    }
    return Promise.resolve(answer);
  }

  get status(): ComplaintStatus | undefined {
    const {config, state, now} = this.#parts;
    if (config.complaints === 'off') return undefined;
    return complaintStatus(config, state, this.#worker.due, this.#worker.tally, now());
  }

  #count(is: string): void {
    if (is === 'bounce') this.#worker.tally.bounces += 1;
    if (is === 'automatic' || is === 'person') this.#worker.tally.answers += 1;
  }

  async #accuse({about}: Extract<ComplaintRequest, {command: 'accuse'}>): Promise<Answer> {
    if (this.#parts.config.complaints === 'off') {
      return {kind: 'refused', message: 'complaints is "off": set complaints = "preview"'};
    }
    const message = await this.#worker.accuse(about);
    return message.kind === 'entered'
      ? {kind: 'done', message: message.text}
      : {kind: 'refused', message: message.text};
  }

  /** For a command: so all questions have one pace, and the answer is remembered. */
  async #search({
    address: text,
    again,
  }: Extract<ComplaintRequest, {command: 'complaintContact'}>): Promise<Answer> {
    const address = parseAddress(text);
    if (address === undefined) return {kind: 'refused', message: 'expected an address'};
    const {answer} = await this.#finder.look(address, this.#parts.now(), again);
    return {kind: 'contact', known: answer};
  }

  #see(client: Address): void {
    if (client.family === 4) return;
    this.#seen.delete(client.text);
    this.#seen.set(client.text, client);
    if (this.#seen.size <= mostSeen) return;
    for (const oldest of this.#seen.keys()) return void this.#seen.delete(oldest);
  }

  #seenIn(client: string): string | undefined {
    const network = parseNetwork(client);
    if (network === undefined || network.family === 4) return undefined;
    return [...this.#seen.values()].findLast((each) => contains(network, each))?.text;
  }

  #mayName({address, client}: Pick<Attacker, 'address' | 'client'>): 'yes' | 'no' {
    const {exemptions, judged, textOf, state, now} = this.#parts;
    const read = parseAddress(address);
    if (read === undefined || !isOfInternet(read)) return 'no';
    if (exemptions().of(read) !== undefined) return 'no';
    // A message names one address. For IPv6 the guard knows the client as the network around it.
    return [...new Set([client, textOf(read)])].every((text) => {
      const network = parseNetwork(text);
      if (network === undefined || state.submitters.get(text) !== undefined) return false;
      // A friend that never connected as a client has no record.
      if (state.friends.get(text) !== undefined) return false;
      const view = judged.client(network, now());
      return view?.standing !== 'record' && view?.friend !== 'yes';
    })
      ? 'yes'
      : 'no';
  }
}
