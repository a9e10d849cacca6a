/**
 * Asks the DNS for contacts: in the abuse-contact zone, and from the reverse name of an address up to a
 * domain that takes mail. The pure room decides which names to ask for, and what the answers mean.
 */
import {climbed, guessedMailboxes, takesMail, usableNames} from '../climb.js';
import type {Finding} from '../trust.js';
import {mailboxesInTexts, reverseName, zoneName} from '../zone.js';
import type {Search} from './registry.js';
import {parseAddress} from '../../../net/address.js';
import {ContactDns} from '../../../sys/contact/dns.js';
import {registrableDomain} from '../../../sys/contact/registrable.js';
import {monotonicMs} from '../../../sys/run/clock.js';

export class ContactNames {
  readonly #dns: ContactDns;
  readonly #zone: string;

  /**
   * @param zone `contact_zone`; empty: none
   * @param servers tests name servers to use instead of the machine's own
   */
  constructor(zone: string, servers: readonly string[] = []) {
    this.#zone = zone;
    this.#dns = new ContactDns(servers);
  }

  async inZone({address}: Search): Promise<Finding> {
    if (this.#zone === '') return {kind: 'off'};
    const answer = await this.#dns.texts(zoneName(address, this.#zone));
    if (answer.kind === 'silent') return {...answer, waitMs: 0};
    return said(answer.kind === 'none' ? [] : mailboxesInTexts(answer.records));
  }

  async byName(search: Search): Promise<Finding> {
    const answer = await this.#dns.pointers(reverseName(search.address));
    if (answer.kind === 'none') return said([]);
    if (answer.kind === 'silent') return {...answer, waitMs: 0};
    let failure: string | undefined;
    for (const name of usableNames(answer.records)) {
      const found = await this.#climb(name, search);
      if (found.kind === 'said' && found.mailboxes.length > 0) return found;
      if (found.kind === 'silent') failure = found.why;
    }
    return failure === undefined ? said([]) : silent(failure);
  }

  stop(): void {
    this.#dns.stop();
  }

  async #climb(name: string, search: Search): Promise<Finding> {
    const back = await this.#leadsBack(name, search);
    if (back.kind === 'silent') return back;
    if (back.kind === 'no') return said([]);
    let failure: string | undefined;
    for (const domain of climbed(name, await registrableDomain(name))) {
      if (monotonicMs() > search.endMs) return silent('the search took too long');
      const answer = await this.#dns.exchangers(domain);
      if (answer.kind === 'records' && takesMail(answer.records)) {
        return said(guessedMailboxes(domain));
      }
      if (answer.kind === 'silent') failure = `${domain}: ${answer.why}`;
    }
    return failure === undefined ? said([]) : silent(failure);
  }

  async #leadsBack(
    name: string,
    {address, endMs}: Search,
  ): Promise<{readonly kind: 'yes'} | {readonly kind: 'no'} | Silent> {
    if (monotonicMs() > endMs) return silent('the search took too long');
    const answer = await this.#dns.addresses(name, address.family);
    if (answer.kind === 'silent') return silent(`${name}: ${answer.why}`);
    const texts = answer.kind === 'none' ? [] : answer.records;
    return {kind: texts.some((text) => parseAddress(text)?.text === address.text) ? 'yes' : 'no'};
  }
}

const said = (mailboxes: readonly string[]): Finding => ({kind: 'said', mailboxes});
type Silent = Extract<Finding, {readonly kind: 'silent'}>;
const silent = (why: string): Silent => ({
  ...{kind: 'silent', why, waitMs: 0},
});
