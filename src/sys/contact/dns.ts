/**
 * Asks the name servers of this machine for what a search for a contact needs: TXT, PTR, addresses and mail
 * exchangers. Each question has a time. What an answer means is not decided here.
 */
import {Resolver} from 'node:dns/promises';

/** `none`: the name, or such a record of it, does not exist. `silent`: nobody could tell. */
type DnsAnswer<Value> =
  | {readonly kind: 'records'; readonly records: readonly Value[]}
  | {readonly kind: 'none'}
  | {readonly kind: 'silent'; readonly why: string};

/** For one try, and how often is tried. Ms, a count: about 9 seconds in all. */
const timeoutMs = 3000;
const tries = 2;
/** Records of one answer that are looked at. A count. */
const mostRecords = 50;

/** What says that there is nothing. */
const nothing: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA']);

export class ContactDns {
  readonly #resolver = new Resolver({timeout: timeoutMs, tries});

  /** @param servers asked instead of the machine's own; for tests */
  constructor(servers: readonly string[] = []) {
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /** Each record in its pieces. */
  texts(name: string): Promise<DnsAnswer<readonly string[]>> {
    return answered(this.#resolver.resolveTxt(name));
  }

  /** The PTR records at a name below in-addr.arpa or ip6.arpa; a file of hosts is not read. */
  pointers(name: string): Promise<DnsAnswer<string>> {
    return answered(this.#resolver.resolvePtr(name));
  }

  addresses(name: string, family: 4 | 6): Promise<DnsAnswer<string>> {
    return answered(family === 4 ? this.#resolver.resolve4(name) : this.#resolver.resolve6(name));
  }

  async exchangers(name: string): Promise<DnsAnswer<string>> {
    const answer = await answered(this.#resolver.resolveMx(name));
    if (answer.kind !== 'records') return answer;
    return {kind: 'records', records: answer.records.map(({exchange}) => exchange)};
  }

  /** Ends all questions. */
  stop(): void {
    this.#resolver.cancel();
  }
}

async function answered<Value>(asking: Promise<readonly Value[]>): Promise<DnsAnswer<Value>> {
  try {
    const records = await asking;
    return {kind: 'records', records: records.slice(0, mostRecords)};
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    return nothing.has(code) ? {kind: 'none'} : {kind: 'silent', why: code ?? 'no answer'};
  }
}
