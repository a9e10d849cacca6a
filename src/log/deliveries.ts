/**
 * Remembers whose an envelope was that is over and on its way, so that a delivery that fails later
 * can be held to its client: `to=…` carries only the queue id, and another process writes it.
 */
import type {Proof} from '../score/evidence.js';
import type {Table} from '../state/table.js';
import type {LogRecord} from './record.js';

/** Envelopes remembered. A count: half an hour's on a busy relay. */
export const mostDeliveries = 50_000;

/** Plain data: it is saved as it is. */
export interface Delivery {
  /** The client. */
  readonly address: string;
  readonly proof: Proof;
  readonly atMs: number;
}

export class Deliveries {
  readonly #table: Table<Delivery>;

  constructor(table: Table<Delivery>) {
    this.#table = table;
  }

  remember(record: LogRecord, queueId: string, client: Omit<Delivery, 'atMs'>): void {
    this.#table.set(keyOf(record, queueId), {...client, atMs: record.atMs});
    if (this.#table.size > mostDeliveries) this.#table.delete(this.#table.oldestKey() ?? '');
  }

  clientOf(record: LogRecord, queueId: string): Delivery | undefined {
    return this.#table.get(keyOf(record, queueId));
  }
}

const keyOf = ({host}: LogRecord, queueId: string): string => `${host} ${queueId}`;
