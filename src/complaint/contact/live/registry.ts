/**
 * Asks the registry of an address (RDAP): finds its server in the bootstrap file, follows redirects from registry to
 * registry, and obeys pauses. Does not read the answers: `contact/rdap` does.
 */
import {isOfInternet} from '../internet.js';
import {
  type Bootstrap,
  type BootstrapRead,
  goodForMs,
  placeOf,
  readBootstrap,
  serverFor,
} from '../rdap/bootstrap.js';
import {jsonIn, type Next, nextOf} from '../rdap/reply.js';
import type {Finding} from '../trust.js';
import {type Asked, ServerLines} from './server-lines.js';
import type {SharedPace} from './shared-pace.js';
import {type Address, type Family, parseAddress} from '../../../net/address.js';
import {readTextFile} from '../../../sys/disk/text-file.js';
import {monotonicMs} from '../../../sys/run/clock.js';

/** Bounds of one answer. Ms, bytes: records have 10 to 50 kB. */
const answerMs = 10_000;
export const mostAnswerBytes = 1_000_000;

/** A running search. */
export interface Search {
  readonly address: Address;
  /** When the search began. Ms since the epoch. */
  readonly nowMs: number;
  /** No request begins after this time of the monotonic clock. Ms. */
  readonly endMs: number;
  readonly stop: AbortSignal;
}

/** `anywhere`: our own network too. Only a server that the administrator named may be there. */
type Reach = 'internet' | 'anywhere';

interface Known {
  readonly bootstrap: Bootstrap;
  readonly reach: Reach;
}

type Failure = Exclude<Finding, {readonly kind: 'said' | 'off'}>;

export class Registry {
  readonly #setting: string;
  readonly #lines: ServerLines;
  /** The bootstrap files that were fetched, and until when each is good. Ms of the monotonic clock. */
  readonly #fetched = new Map<Family, Known & {readonly untilMs: number}>();

  /** @param setting `rdap_bootstrap` */
  constructor(setting: string, shared: SharedPace) {
    this.#setting = setting;
    this.#lines = new ServerLines(shared);
  }

  async ask(search: Search): Promise<Finding> {
    const known = await this.#bootstrap(search);
    if ('kind' in known) return known;
    const server = serverFor(known.bootstrap, search.address);
    if (server === undefined) return nobody;
    if (server.startsWith('http:') && !this.#setting.startsWith('/')) {
      return {kind: 'wrong', why: `${server} is offered without https only`};
    }
    return this.#follow(`${server}ip/${search.address.text}`, known.reach, search);
  }

  /** Follows redirects from the first server to the one that has the record. */
  async #follow(first: string, firstReach: Reach, search: Search): Promise<Finding> {
    const asked: [string, ...string[]] = [first];
    let [url, reach] = [first, firstReach];
    for (;;) {
      const got = await this.#get(url, reach, search);
      if (got.kind !== 'reply') return failureOf(got);
      const next = nextOf(got.reply, asked, search.address, search.nowMs);
      if (next.kind === 'later') await this.#lines.pause(url, next.waitMs);
      if (next.kind !== 'ask') return findingOf(next);
      if (asked.length === 1) reach = isInHouse(got.peer) ? reach : 'internet';
      url = next.url;
      asked.push(url);
    }
  }

  /** @returns the bootstrap; or a finding that says why there is none */
  async #bootstrap(search: Search): Promise<Known | Finding> {
    const place = placeOf(this.#setting, search.address.family);
    switch (place.kind) {
      case 'off':
        return {kind: 'off'};
      case 'file':
        return this.#fromFile(place.path);
      case 'url':
        return this.#fromUrl(place.url, search);
    }
  }

  #fromFile(path: string): Known | Failure {
    const file = readTextFile(path);
    if (file.kind !== 'text') return {kind: 'wrong', why: `rdap_bootstrap: ${file.why}`};
    const read = readBootstrap(jsonIn(file.text));
    if (read.kind === 'wrong') return {kind: 'wrong', why: `rdap_bootstrap: ${path}: ${read.why}`};
    return {bootstrap: read.bootstrap, reach: 'anywhere'};
  }

  /** An old file stays in use while no newer one can be fetched. */
  async #fromUrl(url: string, search: Search): Promise<Known | Failure> {
    const {family} = search.address;
    const kept = this.#fetched.get(family);
    if (kept !== undefined && monotonicMs() < kept.untilMs) return kept;
    const got = await this.#get(url, 'anywhere', search);
    const read = got.kind === 'reply' ? bootstrapIn(got.reply) : failureOf(got);
    if (got.kind !== 'reply' || read.kind !== 'bootstrap') {
      if (kept !== undefined) return kept;
      return read.kind === 'bootstrap' ? nothingRead : {...read, why: `${url}: ${read.why}`};
    }
    const untilMs = monotonicMs() + goodForMs(got.reply.expires, search.nowMs);
    const reach: Reach = isInHouse(got.peer) ? 'anywhere' : 'internet';
    const known = {bootstrap: read.bootstrap, reach, untilMs};
    this.#fetched.set(family, known);
    return known;
  }

  #get(url: string, reach: Reach, {endMs, stop}: Search): Promise<Asked> {
    const mayReach = (address: string): boolean => reach === 'anywhere' || !isInHouse(address);
    return this.#lines.get(url, endMs, {
      ...{timeoutMs: answerMs, mostBytes: mostAnswerBytes, mayReach, stop},
    });
  }
}

/** A text that is no address counts as inside. */
function isInHouse(text: string): boolean {
  const address = parseAddress(text);
  return address === undefined || !isOfInternet(address);
}

const nobody: Finding = {kind: 'said', mailboxes: []};
const nothingRead: Failure = {kind: 'wrong', why: 'no bootstrap'};

function bootstrapIn({status, body}: {status: number; body: string}): BootstrapRead {
  return status === 200
    ? readBootstrap(jsonIn(body))
    : {kind: 'wrong', why: `the server answers ${status}`};
}

function failureOf(got: Exclude<Asked, {readonly kind: 'reply'}>): Failure {
  if (got.kind === 'wrong') return {kind: 'wrong', why: got.why};
  return {kind: 'silent', why: got.why, waitMs: got.kind === 'later' ? got.waitMs : 0};
}

function findingOf(next: Exclude<Next, {readonly kind: 'ask'}>): Finding {
  switch (next.kind) {
    case 'record':
      return {kind: 'said', mailboxes: next.mailboxes, network: next.network.text};
    case 'nobody':
      return nobody;
    case 'later':
      return {kind: 'silent', why: next.why, waitMs: next.waitMs};
    case 'wrong':
      return next;
  }
}
