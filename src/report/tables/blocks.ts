/** `list`: the blocks in force, as a table and as JSON. */
import {printable} from '../../base/printable.js';
import {jsonWithTimes, localTime} from '../../base/time-text.js';
import type {Block, ShownBlock} from '../../blocks/block.js';
import {becauseInShort, namesText} from '../../judge/because-text.js';
import {blockedBy} from '../status.js';
import {roughTime, table} from './table.js';

/** Length of a host's name. Characters. */
const hostCharacters = 32;
/** At most so many names in a cell. A count. */
const mostNames = 3;

const head = ['CLIENT', 'UNTIL', 'LEFT', 'HOST', 'ASKED FOR', 'RULE', 'WHY'];
/** This column comes before the reason, and only if more than one port is guarded. */
const portsHead = 'PORTS';

/** @param hosts the known names by address */
export function blockTable(
  blocks: readonly ShownBlock[],
  hosts: ReadonlyMap<string, string>,
  nowMs: number,
): string {
  if (blocks.length === 0) return 'nobody is blocked\n';
  const hasPorts = blocks.some(({ports = []}) => ports.length > 1);
  const rows = blocks.map((block) => {
    const {network, untilMs, because, reason, origin, ports = []} = block;
    return [
      network,
      localTime(untilMs),
      roughTime((untilMs - nowMs) / 1000),
      hostCell(hosts.get(network)),
      (because && namesText(because.names, mostNames)) || '-',
      because?.rule ?? '-',
      ...(hasPorts ? [ports.join(',') || '-'] : []),
      whyCell({reason, origin, because}),
    ];
  });
  const columns = hasPorts ? [...head.slice(0, -1), portsHead, ...head.slice(-1)] : head;
  return table([columns, ...rows]);
}

/** Cut at its left end, because the right end is the owner's domain. */
function hostCell(name: string | undefined): string {
  if (name === undefined) return '-';
  const clean = printable(name, name.length);
  return clean.length <= hostCharacters ? clean : `...${clean.slice(3 - hostCharacters)}`;
}

function whyCell({reason, origin, because}: Pick<Block, 'reason' | 'origin' | 'because'>): string {
  if (origin === 'operator') return 'by the operator';
  return because === undefined ? reason : becauseInShort(because);
}

/** docs/operating.md describes the fields. */
export const blocksJson = (
  blocks: readonly ShownBlock[],
  hosts: ReadonlyMap<string, string>,
): string => {
  const named = blocks.map((block) => {
    const name = hosts.get(block.network);
    return {...block, blockedBy: blockedBy(block), ...(name !== undefined && {name})};
  });
  return `${jsonWithTimes(named, 2)}\n`;
};
