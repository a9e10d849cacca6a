/**
 * Reads `mail_exempt`: senders that have a limit of their own, or none. `whose/joining.ts` decides which sender a mail
 * has, and `limits.ts` what a limit does.
 */
import {type Address, parseAddress} from '../net/address.js';
import {contains, type Network, parseNetwork} from '../net/network.js';
import {authKey, kindOf, nameIn, type SenderKey, uidIn} from './whose/sender.js';

type Exempt =
  | {readonly kind: 'uid'; readonly user: string; readonly perHour: number | undefined}
  | {readonly kind: 'auth'; readonly sender: SenderKey; readonly perHour: number | undefined}
  | {readonly kind: 'host'; readonly network: Network; readonly perHour: number | undefined};

/** `uid:list`, `uid:1001=2000`, `auth:news@example.org=5000`, `host:192.0.2.0/24`. @returns undefined if it is not valid */
export function readExempt(text: string): Exempt | undefined {
  const match = /^(uid|auth|host):([^\s,=]{1,100})(?:=(\d{1,6}))?$/.exec(text);
  const [, kind, name = '', limit] = match ?? [];
  const perHour = limit === undefined ? undefined : Number(limit);
  if (perHour === 0) return undefined;
  if (kind === 'uid') return user.test(name) ? {kind, user: name, perHour} : undefined;
  if (kind === 'auth') return {kind, sender: authKey(name), perHour};
  const network = kind === 'host' ? parseNetwork(name) : undefined;
  return network && {kind: 'host', network, perHour};
}

const user = /^(?:[a-z_][a-z0-9_.-]{0,31}\$?|Debian-[a-z-]{1,24}|\d{1,10})$/;

export class Exempts {
  readonly #entries: readonly Exempt[];
  readonly #uidOf: (name: string) => number | undefined;

  /** @param texts of the setting, which checked them. @param uidOf a user's current number */
  constructor(texts: readonly string[], uidOf: (name: string) => number | undefined) {
    this.#entries = texts.flatMap((text) => readExempt(text) ?? []);
    this.#uidOf = uidOf;
  }

  /** @returns undefined: the sender is not named; `none`: it has no limit */
  limitOf(sender: SenderKey): number | 'none' | undefined {
    const found = this.#entries.find((each) => this.#isOf(each, sender));
    return found === undefined ? undefined : (found.perHour ?? 'none');
  }

  /** Whether the administrator named the host. Then its mail is of our own users, although its address does not show that. */
  hasHost(client: Address): boolean {
    return this.#entries.some((each) => each.kind === 'host' && contains(each.network, client));
  }

  #isOf(exempt: Exempt, sender: SenderKey): boolean {
    switch (exempt.kind) {
      case 'auth':
        return exempt.sender === sender;
      case 'host': {
        const address = kindOf(sender) === 'host' ? parseAddress(nameIn(sender)) : undefined;
        return address !== undefined && contains(exempt.network, address);
      }
      case 'uid': {
        const uid = uidIn(sender);
        if (uid === undefined) return false;
        const {user: name} = exempt;
        return uid === (/^\d+$/.test(name) ? Number(name) : this.#uidOf(name));
      }
    }
  }
}
