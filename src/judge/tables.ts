/** The tables of the judge: all that it remembers. Each is filled by the class that is named with it. */
import type {PackedTable} from '../base/mechanisms/packed-table.js';
import type {Table} from '../base/mechanisms/table.js';
import type {Friend} from './crowd/friends.js';
import type {ListLossState} from './crowd/list-loss.js';
import type {WaveState} from './crowd/wave.js';
import type {MemoryTables} from './memory/memory.js';
import type {OpenEnvelope} from './memory/open-envelope.js';
import type {Suspect} from './memory/suspects.js';

/** Plain data: it is saved as it is. */
export interface LearningDay {
  /** Ms since the epoch. */
  readonly sinceMs: number;
}

export interface JudgeTables extends MemoryTables {
  readonly names: PackedTable;
  readonly networks: PackedTable;
  readonly suspects: Table<Suspect>;
  readonly openEnvelopes: Table<OpenEnvelope>;
  readonly friends: Table<Friend>;
  readonly listLoss: Table<ListLossState>;
  readonly wave: Table<WaveState>;
  /** Under `learningKey`, while nothing is known of this relay. */
  readonly learning: Table<LearningDay>;
}

export const learningKey = 'learning';
