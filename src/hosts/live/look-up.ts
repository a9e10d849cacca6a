/**
 * Asks the DNS which addresses a host or mail domain has: its own, those of its mail exchangers, and those that its
 * SPF record names. The number of questions and the time are limited. No decision is based on the answers.
 */
import {readSpf} from '../spf.js';
import type {KnownBy, LookedUp} from '../host-view.js';
import {parseAddress} from '../../net/address.js';
import {ContactDns} from '../../sys/contact/dns.js';
import {readHostName} from '../host-name.js';

/** The time for all questions together. Ms: a person waits. */
const longestMs = 5000;
/** The most questions. A count: RFC 7208 allows ten names in a record, each with two kinds of addresses. */
export const mostQuestions = 40;
/** Addresses and networks that are kept. A count. */
const mostFound = 200;

/** Ends when everything is answered or the time is over. @param dns default: this machine's name servers */
export async function lookUp(
  host: string,
  dns = new ContactDns(),
  mostMs = longestMs,
): Promise<LookedUp> {
  const search = new HostSearch(dns);
  const timer = setTimeout(() => search.end(), mostMs);
  try {
    await search.run(host);
    return search.result;
  } finally {
    clearTimeout(timer);
    dns.stop();
  }
}

class HostSearch {
  readonly #dns: ContactDns;
  readonly #found = new Map<string, {network: string; by: KnownBy}>();
  /** Record types without an answer, by name and reason. */
  readonly #silent = new Map<string, string[]>();
  #left = '';
  readonly #asked = new Set<string>();
  #isOver = false;

  constructor(dns: ContactDns) {
    this.#dns = dns;
  }

  get result(): LookedUp {
    const silent = [...this.#silent].map(
      ([why, kinds]) => `the DNS: ${kinds.sort().join(', ')} of ${why}`,
    );
    const left = this.#left === '' ? [] : [this.#left];
    return {found: [...this.#found.values()], silent: [...silent, ...left]};
  }

  end(): void {
    this.#isOver = true;
    this.#dns.stop();
  }

  async run(host: string): Promise<void> {
    await Promise.all([
      this.#addresses(host, 'address'),
      this.#exchangers(host, 'MX'),
      this.#record(host),
    ]);
  }

  async #addresses(name: string, by: KnownBy): Promise<void> {
    await Promise.all(
      ([4, 6] as const).map(async (family) => {
        const kind = family === 4 ? 'A' : 'AAAA';
        for (const text of await this.#ask(kind, name, () => this.#dns.addresses(name, family))) {
          const address = parseAddress(text);
          if (address !== undefined) this.#know(address.text, by);
        }
      }),
    );
  }

  async #exchangers(name: string, by: KnownBy): Promise<void> {
    const names = await this.#ask('MX', name, () => this.#dns.exchangers(name));
    // The owner of the domain writes the record: ask only for valid names.
    const usable = names.flatMap((each) => readHostName(each) ?? []);
    await Promise.all(usable.map((each) => this.#addresses(each, by)));
  }

  async #record(name: string): Promise<void> {
    const records = await this.#ask('SPF', name, () => this.#dns.texts(name));
    const spf = readSpf(records, name);
    for (const {text} of spf?.networks ?? []) this.#know(text, 'SPF');
    await Promise.all(
      (spf?.names ?? []).map((each) => {
        if (each.kind === 'record') return this.#record(each.name);
        return each.kind === 'address'
          ? this.#addresses(each.name, 'SPF')
          : this.#exchangers(each.name, 'SPF');
      }),
    );
  }

  /** Asks each question once: a record may refer to itself. */
  async #ask<Value>(
    kind: string,
    name: string,
    ask: () => Promise<Answer<Value>>,
  ): Promise<readonly Value[]> {
    const what = `${kind} ${name}`;
    if (this.#asked.has(what)) return [];
    if (this.#asked.size >= mostQuestions) {
      this.#left = `the DNS: more than ${mostQuestions} questions: the rest was not asked`;
      return [];
    }
    this.#asked.add(what);
    const answer = await ask();
    if (answer.kind === 'silent') {
      const why = this.#isOver ? 'no answer in time' : answer.why;
      const key = `${name}: ${why}`;
      this.#silent.set(key, [...(this.#silent.get(key) ?? []), kind]);
    }
    return answer.kind === 'records' ? answer.records : [];
  }

  #know(network: string, by: KnownBy): void {
    const key = `${by} ${network}`;
    if (this.#found.size < mostFound || this.#found.has(key)) this.#found.set(key, {network, by});
    else this.#left ||= `the DNS: more than ${mostFound} addresses: the rest is left out`;
  }
}

type Answer<Value> =
  | {readonly kind: 'records'; readonly records: readonly Value[]}
  | {readonly kind: 'none'}
  | {readonly kind: 'silent'; readonly why: string};
