/** The tables of the judge: everything that it remembers. The class named beside each table fills it. */
import type {PackedTable} from '../base/mechanisms/packed-table.js';
import type {Table} from '../base/mechanisms/table.js';
import type {Greeted} from '../greeting/greeted.js';
import type {Friend} from './crowd/friends.js';
import type {ListLossState} from './crowd/list-loss.js';
import type {WaveState} from './crowd/wave.js';
import type {Learning} from './learning.js';
import type {MemoryTables} from './memory/memory.js';
import type {OpenEnvelope} from './memory/open-envelope.js';
import type {Suspect} from './memory/suspects.js';

export interface JudgeTables extends MemoryTables {
  readonly names: PackedTable;
  readonly networks: PackedTable;
  readonly suspects: Table<Suspect>;
  readonly openEnvelopes: Table<OpenEnvelope>;
  readonly friends: Table<Friend>;
  readonly listLoss: Table<ListLossState>;
  readonly wave: Table<WaveState>;
  readonly learning: Table<Learning>;
  readonly greeted: Table<Greeted>;
}
