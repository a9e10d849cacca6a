/**
 * The same dialogues with a real sendmail (`test/data/verdicts`), which wrote of them at LogLevel 9, 10
 * and 14: `replay` blocks the same clients for as long, each from the end of an envelope.
 */
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, test} from '@jest/globals';
import {replay} from '../../../src/cli/replay/replay.js';
import {contains, parseNetwork} from '../../../src/net/network.js';
import {address} from '../../net/samples.js';
import {dialogues, threshold} from '../../system/lab/verdicts/dialogues.js';
import {collected, configWith} from '../support.js';

interface Block {
  readonly network: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly repeat: number;
}

const levels = [9, 10, 14] as const;
const pathOf = (level: number): string =>
  fileURLToPath(new URL(`../../data/verdicts/ll${String(level)}.log`, import.meta.url));
const config = configWith([`--threshold=${String(threshold)}`]);

async function blocksAt(level: number): Promise<Block[]> {
  const {output, log, printed} = collected();
  expect(await replay([pathOf(level)], config, {form: 'json'}, log, output)).toBe(0);
  return (JSON.parse(printed()) as {blocks: Block[]}).blocks;
}

/** Each that was blocked, how often, and for how long each time. Seconds. */
function verdicts(blocks: readonly Block[]): Record<string, number[]> {
  const verdicts: Record<string, number[]> = {};
  for (const {from} of dialogues) {
    const its = blocks.filter(({network}) => covers(network, from));
    if (its.length > 0) verdicts[from] = its.map((b) => Math.round((b.untilMs - b.fromMs) / 1000));
  }
  return verdicts;
}

function covers(network: string, client: string): boolean {
  const parsed = parseNetwork(network);
  return parsed !== undefined && contains(parsed, address(client));
}

/** As sendmail writes it: `IPv6:2001:db8:a:0:0:0:0:10`. */
const written = (client: string): string => {
  const [left = '', right] = client.split('::');
  if (right === undefined) return `[${client}]`;
  const groups = [left.split(':'), right.split(':')] as const;
  const zeros = Array.from({length: 8 - groups.flat().length}, () => '0');
  return `[IPv6:${[...groups[0], ...zeros, ...groups[1]].join(':')}]`;
};

/** When envelopes of this client ended. Ms since the epoch. */
function endsMs(level: number, client: string): number[] {
  const lines = readFileSync(pathOf(level), 'latin1').split('\n');
  const ends = lines.filter((line) => line.includes(': from=') && line.includes(written(client)));
  return ends.map((line) => Date.parse(`${line.slice(0, 23)}Z`));
}

describe('replay of one day at LogLevel 9, 10 and 14', () => {
  const blocks = new Map<number, Block[]>();
  beforeAll(async () => {
    for (const level of levels) blocks.set(level, await blocksAt(level));
  });
  const at = (level: number): Block[] => blocks.get(level) ?? [];
  test.each(levels)('%i: guessers are blocked, and innocents are not', (level) => {
    const guessers = dialogues.filter(({who}) => who === 'guesser').map(({from}) => from);
    expect(Object.keys(verdicts(at(level))).sort()).toEqual(guessers.sort());
  });

  test.each([10, 14])('%i: the same clients as at 9, as often and for as long', (level) => {
    expect(verdicts(at(level))).toEqual(verdicts(at(9)));
  });

  test.each(levels)('%i: each block begins with the end of an envelope of its client', (level) => {
    for (const {network, fromMs} of at(level)) {
      const clients = dialogues.filter(({from}) => covers(network, from));
      expect(clients.flatMap(({from}) => endsMs(level, from))).toContain(fromMs);
    }
  });
});
