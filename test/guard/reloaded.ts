/** A state as it is after a restart: saved as the store saves it, and read again. No disk. */
import type {PackedRow, PackedTable} from '../../src/base/mechanisms/packed-table.js';
import {makeState, type Row, type State} from '../../src/guard/state.js';

const rowsOf = (table: PackedTable): PackedRow[] =>
  [...table.slots()].map((slot) => [table.key(slot).slice(), table.entry(slot).slice()]);

export const reloaded = (state: State): State =>
  makeState(
    {
      rows: (name) => JSON.parse(JSON.stringify([...state[name].entries()])) as Row[],
      packedRows: (name) => rowsOf(state[name]),
    },
    'saved',
  );
