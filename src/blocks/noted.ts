/**
 * Notes of blocks that were decided and not saved yet: one line of JSON for each. The process that had served
 * the client is gone by then, and nobody can ask it any more whose lines it wrote. So after a crash these lines,
 * read again, would be nobody's, and the block would not be made. Does not know where the notes are kept.
 */
import type {Block} from './block.js';
import type {HistoryEntry} from './history.js';
import type {Table} from '../base/mechanisms/table.js';

export const noteOf = (block: Block): string => `${JSON.stringify(block)}\n`;

interface Tables {
  readonly blocks: Table<Block>;
  readonly history: HistoryEntry[];
}

/**
 * Takes over what was noted before a crash. A line that is no note, or half a one, is passed over.
 *
 * @param isBlock whether it has the form of a block that we could have saved
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
