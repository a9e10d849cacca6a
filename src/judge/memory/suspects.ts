/**
 * What clients asked for, in clear, for an operator: the last names of each, and how many things of
 * each kind. Decides nothing, and the verdict does not depend on it. Of fewer clients than are
 * judged, for names take much memory.
 */
import type {Table} from '../../base/mechanisms/table.js';
import {type Evidence, type EvidenceKind, type Proof, weakestOf} from '../../mail/evidence.js';
import {detached, printable} from '../../base/printable.js';

/** Plain data: it is saved as it is. */
export interface Suspect {
  /** The last ones, oldest first: hostile text, made printable, cut and bounded. */
  readonly names: readonly string[];
  /** Distinct things by kind, since the score last started at zero. Counts. */
  readonly counts: Readonly<Partial<Record<EvidenceKind, number>>>;
  /** Ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The weakest of those that tied them to the client: one real sign proves nothing of nine made-up ones. */
  readonly proof: Proof;
}

/** Clients remembered. A count: about 20 MB; beyond it the one silent for longest goes. */
export const mostSuspects = 20_000;
/** Names of one client. A count. */
export const mostNames = 8;
/** Length of one name. Characters. */
export const mostNameCharacters = 64;

/**
 * So many names are remembered of a client before a row of the table is made for it: most clients never
 * ask for more, and rows cost more than all that is judged. A count, below every bar but those of a wave.
 */
export const mostEarlyNames = 2;
/** Clients of which early names are remembered, and those only until the next start. A count: 2 MB. */
const earlyPlaces = 8192;

/** The first names of a client: no row yet. Changed in place, for most are never read. */
interface Early {
  client: string;
  first: string;
  second: string;
  firstMs: number;
  lastMs: number;
  proof: Proof;
}

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
  /**
   * The text of a client gives its place; of two clients with the same place the later one is
   * remembered.
   */
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
   * @param as `stale`: a name that took mail once, and is counted elsewhere
   * @param unknown distinct unknown names since its score last started at zero, this one included.
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

  /** The client begins again at zero: the message about its block named what led to it. */
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
    // Of names before that nobody remembers nobody knows the proof.
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

  /** What a row begins with. @param unknown names that were asked for before. A count */
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

/** Who chooses addresses that meet in one place only makes us forget names. */
function placeOf(client: string): number {
  let hash = 0;
  for (let i = 0; i < client.length; i++) hash = Math.imul(hash ^ client.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (earlyPlaces - 1);
}
