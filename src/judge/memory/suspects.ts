/**
 * What clients asked for, in clear, for people who ask why: the last names of each, and how many things of
 * each kind. Decides nothing, and the verdict does not depend on it. Of fewer clients than are judged,
 * for names take much memory.
 */
import type {Table} from '../../base/mechanisms/table.js';
import type {Evidence, EvidenceKind, Proof} from '../../mail/evidence.js';
import {printable} from '../../base/printable.js';

/** Plain data: it is saved as it is. */
export interface Suspect {
  /** The last ones, oldest first: hostile text, made printable, cut and bounded. */
  readonly names: readonly string[];
  /** Distinct things by kind, since the score last began anew. Counts. */
  readonly counts: Readonly<Partial<Record<EvidenceKind, number>>>;
  /** Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** How the latest was tied to the client. */
  readonly proof: Proof;
}

/** Clients remembered. A count: about 20 MB; beyond it the one silent for longest goes. */
export const mostSuspects = 20_000;
/** Names of one client. A count. */
export const mostNames = 8;
/** Of one name. Characters. */
export const mostNameCharacters = 64;

/** What it was done to is a name, and not a process or a command. */
const namedKinds: readonly EvidenceKind[] = [
  'unknownRecipient',
  'undeliverable',
  'vrfyProbe',
  'relayDenied',
  'authFailed',
];

export class Suspects {
  readonly #table: Table<Suspect>;

  constructor(table: Table<Suspect>) {
    table.limitTo(mostSuspects);
    this.#table = table;
  }

  of(client: string): Suspect | undefined {
    return this.#table.get(client);
  }

  /** @param as `stale`: a name that took mail once, and is counted elsewhere */
  note(
    client: string,
    {kind, proof}: Pick<Evidence, 'kind' | 'proof'>,
    plain: string,
    as: 'counted' | 'stale',
    atMs: number,
  ): void {
    const before = this.#table.get(client);
    const count = (before?.counts[kind] ?? 0) + 1;
    const name = namedKinds.includes(kind) ? printable(plain, mostNameCharacters) : '';
    const kept = before?.names ?? [];
    const names = name === '' || kept.includes(name) ? kept : [...kept.slice(1 - mostNames), name];
    this.#table.set(client, {
      names,
      counts: as === 'stale' ? (before?.counts ?? {}) : {...before?.counts, [kind]: count},
      firstMs: before?.firstMs ?? atMs,
      lastMs: Math.max(before?.lastMs ?? 0, atMs),
      proof,
    });
  }

  /** The client begins anew: what led to its block has been told. */
  forget(client: string): void {
    this.#table.delete(client);
  }
}
