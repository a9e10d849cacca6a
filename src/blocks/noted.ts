/**
 * Notes of blocks that are decided and not saved yet: one line of JSON for each. The daemon has already ended the
 * process that served the client, so after a crash the machine can no longer show whose lines that process wrote.
 * Without the note the lines, read again, would make no block. Does not know where the notes are kept.
 */
import type {Block} from './block.js';
import type {HistoryEntry} from './history.js';
import type {Table} from '../base/mechanisms/table.js';

/** On a line of its own, also behind half a note that a full disk has left. */
export const noteOf = (block: Block): string => `\n${JSON.stringify(block)}\n`;

interface Tables {
  readonly blocks: Table<Block>;
  readonly history: HistoryEntry[];
}

/**
 * Adds the blocks that were noted before a crash to the state. Ignores a line that is no note, or half a note.
 *
 * @param isBlock whether the value has the form of a saved block
 * @returns the blocks that the state did not have
 */
export function takeNotes(
  {blocks, history}: Tables,
  text: string,
  isBlock: (value: unknown) => value is Block,
): Block[] {
  return text.split('\n').flatMap((line) => {
    const block = parsed(line);
    if (!isBlock(block)) return [];
    const {network, fromMs: atMs, untilMs, reason} = block;
    if ((blocks.get(network)?.untilMs ?? 0) >= untilMs) return [];
    blocks.set(network, block);
    history.push({atMs, network, event: 'blocked', reason});
    return [block];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
