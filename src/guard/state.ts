/**
 * All that is remembered, in one value, so that it is committed together: after a crash the lines
 * behind the position are replayed into exactly the sessions, offenders and blocks they met before.
 */
import {Table} from '../base/mechanisms/table.js';
import type {Block} from '../blocks/block.js';
import type {ChainSpec} from '../blocks/chain/spec.js';
import type {HistoryEntry} from '../blocks/history.js';
import type {JournalPosition, LogPosition} from '../log/position.js';
import type {AcceptedEnvelope} from '../mail/deliveries.js';
import type {ClientConnection, Envelope} from '../mail/envelopes.js';
import type {OpenMessage} from '../mail/pieces.js';
import type {SenderHour} from '../outgoing/sender-hours.js';
import type {BrakeState} from '../score/brake.js';
import type {Sender} from '../score/good-senders.js';
import type {Offender} from '../score/offender.js';

export interface State {
  readonly blocks: Table<Block>;
  readonly offenders: Table<Offender>;
  readonly envelopes: Table<Envelope>;
  readonly connections: Table<ClientConnection>;
  readonly deliveries: Table<AcceptedEnvelope>;
  /** By process. */
  readonly openMessages: Table<OpenMessage>;
  readonly positions: Table<LogPosition>;
  readonly journals: Table<JournalPosition>;
  /** Of whom mail was accepted, by client. */
  readonly senders: Table<Sender>;
  readonly brake: Table<BrakeState>;
  /** Under which names and ports something of ours was made, and may still stand in the firewall. */
  readonly chains: Table<ChainSpec>;
  /** Who opened connections to mail ports of others, by hour and program. */
  readonly outgoing: Table<SenderHour>;
  /** The same of the egress guard, whose rules for any port are known again. */
  readonly egressChains: Table<{readonly chain: string}>;
  /** Not saved yet; the saved ones are on disk only. */
  readonly history: HistoryEntry[];
}

/** @param use `unsaved`: of a state that ends with its process nobody asks what has changed */
export function emptyState(use: 'saved' | 'unsaved' = 'saved'): State {
  const table = <Value>(): Table<Value> => new Table<Value>([], use);
  return {
    blocks: table(),
    offenders: table(),
    envelopes: table(),
    connections: table(),
    deliveries: table(),
    openMessages: table(),
    positions: table(),
    journals: table(),
    senders: table(),
    brake: table(),
    chains: table(),
    outgoing: table(),
    egressChains: table(),
    history: [],
  };
}
