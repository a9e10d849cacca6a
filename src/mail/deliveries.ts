/**
 * Remembers whose an envelope was that is over and on its way, so that a delivery that fails later
 * can be held to its client: `to=…` carries only the queue id, and another process writes it.
 */
import type {Table} from '../base/mechanisms/table.js';
import type {LogRecord} from '../log/record.js';
import type {Proof} from './evidence.js';

/** Envelopes remembered. A count: half an hour's on a busy relay. */
export const mostDeliveries = 50_000;

/** Plain data: it is saved as it is. */
export interface AcceptedEnvelope {
  /** The client. */
  readonly address: string;
  readonly proof: Proof;
  readonly atMs: number;
}

export class Deliveries {
  readonly #table: Table<AcceptedEnvelope>;

  constructor(table: Table<AcceptedEnvelope>) {
    table.limitTo(mostDeliveries);
    this.#table = table;
  }

  remember(record: LogRecord, queueId: string, client: Omit<AcceptedEnvelope, 'atMs'>): void {
    this.#table.set(keyOf(record, queueId), {...client, atMs: record.atMs});
  }

  clientOf(record: LogRecord, queueId: string): AcceptedEnvelope | undefined {
    return this.#table.get(keyOf(record, queueId));
  }
}

const keyOf = ({host}: LogRecord, queueId: string): string => `${host} ${queueId}`;
