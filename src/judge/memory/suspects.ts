/**
 * What clients asked for, in clear text, for an operator: the latest names of each, and counts by kind. No
 * verdict depends on it. Covers fewer clients than are judged, because names take much memory.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {type Evidence, type EvidenceKind, type Proof, weakestOf} from '../../mail/evidence.js';
import {detached, printable} from '../../base/printable.js';

/** Plain data: it is saved as it is. */
export interface Suspect {
  /** The latest names, the oldest first: hostile text, made printable and shortened. */
  readonly names: readonly string[];
  /** Distinct deeds by kind, since the score last restarted. Counts. */
  readonly counts: Readonly<Partial<Record<EvidenceKind, number>>>;
  /** Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The weakest proof among them: one real sign proves nothing about nine invented ones. */
  readonly proof: Proof;
}

/**
 * Clients that are remembered. A count: about 20 MB; beyond it, the client silent for longest is forgotten.
 */
export const mostSuspects = 20_000;
/** Names kept of one client. A count. */
export const mostNames = 8;
/** The greatest length of a name. Characters. */
export const mostNameCharacters = 64;

/**
 * How many names of a client are kept before it gets a row in the table. Most clients never ask for more, and
 * a row costs more than all the judging. A count, below every bar except those of a wave.
 */
export const mostEarlyNames = 2;
/** Places for clients whose early names are kept until the next start. A count: 2 MB. */
const earlyPlaces = 8192;

/** A client's first names, before it has a row. Changed in place, because most are never read. */
interface Early {
  client: string;
  first: string;
  second: string;
  firstMs: number;
  lastMs: number;
  proof: Proof;
}

/** Kinds whose subject is a name, not a process or a command. */
const namedKinds: readonly EvidenceKind[] = [
  'unknownRecipient',
  'undeliverable',
  'vrfyProbe',
  'relayDenied',
  'authFailed',
];

export class Suspects {
  readonly #table: Table<Suspect>;
  /** A client's text determines its place; of two clients with the same place, the later one is kept. */
  readonly #early = new Array<Early | undefined>(earlyPlaces);

  constructor(table: Table<Suspect>) {
    table.limitTo(mostSuspects);
    this.#table = table;
  }

  of(client: string): Suspect | undefined {
    const row = this.#table.get(client);
    if (row !== undefined) return row;
    const early = this.#earlyOf(client);
    return early && asRow(early);
  }

  /**
   * @param as `stale`: a name that once took mail, and is counted elsewhere
   * @param unknown distinct unknown names since its score last restarted, this one included.
   * A count
   */
  note(
    client: string,
    {kind, proof}: Pick<Evidence, 'kind' | 'proof'>,
    plain: string,
    as: 'counted' | 'stale',
    atMs: number,
    unknown: number,
  ): void {
    const name = namedKinds.includes(kind) ? detached(printable(plain, mostNameCharacters)) : '';
    const row = this.#table.get(client);
    if (row === undefined && kind === 'unknownRecipient' && as === 'counted') {
      if (unknown <= mostEarlyNames) {
        this.#noteEarly(client, name, proof, atMs, unknown);
        return;
      }
    }
    const others = kind === 'unknownRecipient' && as === 'counted' ? unknown - 1 : unknown;
    const before = row ?? this.#begun(client, others);
    const count = (before?.counts[kind] ?? 0) + 1;
    const kept = before?.names ?? [];
    const names = name === '' || kept.includes(name) ? kept : [...kept.slice(1 - mostNames), name];
    this.#table.set(client, {
      names,
      counts: as === 'stale' ? (before?.counts ?? {}) : {...before?.counts, [kind]: count},
      firstMs: Math.min(before?.firstMs ?? atMs, atMs),
      lastMs: Math.max(before?.lastMs ?? 0, atMs),
      proof: before === undefined ? proof : weakestOf(before.proof, proof),
    });
  }

  /** The client's score restarts: the message about its block has named what led to it. */
  forget(client: string): void {
    this.#table.delete(client);
    if (this.#earlyOf(client) !== undefined) this.#early[placeOf(client)] = undefined;
  }

  #earlyOf(client: string): Early | undefined {
    const early = this.#early[placeOf(client)];
    return early?.client === client ? early : undefined;
  }

  #noteEarly(client: string, name: string, proof: Proof, atMs: number, unknown: number): void {
    const place = placeOf(client);
    const early = this.#early[place];
    // There were earlier names that were not kept, so their proof is unknown.
    const alone = unknown > 1 ? 'log' : proof;
    if (early === undefined) {
      const times = {firstMs: atMs, lastMs: atMs};
      this.#early[place] = {client, first: name, second: '', ...times, proof: alone};
      return;
    }
    if (early.client === client && unknown > 1) {
      early.proof = weakestOf(early.proof, proof);
      early.second = name;
      early.lastMs = Math.max(early.lastMs, atMs);
      return;
    }
    early.client = client;
    early.proof = alone;
    early.first = name;
    early.second = '';
    early.firstMs = atMs;
    early.lastMs = atMs;
  }

  /** The first contents of a row. @param unknown names asked for before. A count */
  #begun(client: string, unknown: number): Suspect | undefined {
    if (unknown <= 0) return undefined;
    const early = this.#earlyOf(client);
    const counts = {unknownRecipient: unknown};
    if (early === undefined)
      return {names: [], counts, firstMs: Number.POSITIVE_INFINITY, lastMs: 0, proof: 'log'};
    this.#early[placeOf(client)] = undefined;
    return {...asRow(early), counts};
  }
}

function asRow({first, second, firstMs, lastMs, proof}: Early): Suspect {
  const names = [first, second].filter((name) => name !== '');
  return {names, counts: {unknownRecipient: names.length}, firstMs, lastMs, proof};
}

/** A weak hash is enough: an attacker who chooses colliding addresses only makes us forget names. */
function placeOf(client: string): number {
  let hash = 0;
  for (let i = 0; i < client.length; i++) hash = Math.imul(hash ^ client.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (earlyPlaces - 1);
}
