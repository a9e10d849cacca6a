/**
 * Asks the name servers of this machine for the records that a search for a contact needs: TXT, PTR, addresses and mail
 * exchangers. Each query has a time limit. Does not decide what an answer means.
 */
import {Resolver} from 'node:dns/promises';

/** `none`: the name, or such a record of it, does not exist. `silent`: no server gave an answer. */
type DnsAnswer<Value> =
  | {readonly kind: 'records'; readonly records: readonly Value[]}
  | {readonly kind: 'none'}
  | {readonly kind: 'silent'; readonly why: string};

/** Time for one try, and the number of tries. Ms, a count: about 9 seconds in all. */
const timeoutMs = 3000;
const tries = 2;
/** At most so many records of one answer are used. A count. */
const mostRecords = 50;

/** Error codes which mean that there is no such record. */
const nothing: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA']);

export class ContactDns {
  readonly #resolver = new Resolver({timeout: timeoutMs, tries});

  /** @param servers tests name servers to use instead of the machine's own */
  constructor(servers: readonly string[] = []) {
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /** Each record in its pieces. */
  texts(name: string): Promise<DnsAnswer<readonly string[]>> {
    return answered(this.#resolver.resolveTxt(name));
  }

  /** The PTR records of a name below in-addr.arpa or ip6.arpa. Does not read /etc/hosts. */
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

  /** Ends all queries. */
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
