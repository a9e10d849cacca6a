/** A state as it is after a restart: saved as the store saves it, and read again. No disk. */
import {
  emptyState,
  makeState,
  type PackedName,
  type Row,
  type State,
} from '../../src/guard/state.js';

/** With all entries, changed or not. */
function sheetsOf(state: State, name: PackedName): [number, Uint8Array][] {
  const copy = emptyState()[name];
  for (const slot of state[name].slots()) {
    copy.entry(copy.add(state[name].key(slot))).set(state[name].entry(slot));
  }
  return [...copy.changes()].map(([number, bytes]) => [number, bytes.slice()]);
}

export const reloaded = (state: State): State =>
  makeState(
    {
      rows: (name) => JSON.parse(JSON.stringify([...state[name].entries()])) as Row[],
      sheets: (name) => sheetsOf(state, name),
    },
    'saved',
  );
