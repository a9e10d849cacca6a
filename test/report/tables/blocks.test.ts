/** The blocks that stand, as a table and as JSON. */
import {expect, test} from '@jest/globals';
import {isoTime, localTime} from '../../../src/base/time-text.js';
import type {Block} from '../../../src/blocks/block.js';
import {blocksJson, blockTable} from '../../../src/report/tables/blocks.js';
import {because} from '../../judge/samples.js';
import {nowMs} from '../status-samples.js';

const untilMs = nowMs + 3_600_000;
const block: Block = {
  network: '203.0.113.7',
  fromMs: nowMs,
  untilMs,
  reason: '10 distinct unknown recipients in 9s, proof log',
  origin: 'evidence',
};
const names = ['<a@x>', '<\u001B[2J@x>', '<carl@x>', '<dora@x>'];
const network = {...because, rule: 'neighbours', members: 5, names: []} as const;
const blocks: readonly Block[] = [
  {...block, because: {...because, names}},
  {...block, network: '198.51.100.0/24', because: network},
  {...block, network: '192.0.2.1', origin: 'operator', reason: 'by the operator'},
  {...block, network: '192.0.2.2'},
];
const long = `${'host-'.repeat(20)}7.dsl.example.net`;
const hosts = new Map([
  ['203.0.113.7', 'mx.example.net'],
  ['192.0.2.1', long],
]);

test('nobody', () => expect(blockTable([], hosts, nowMs)).toBe('nobody is blocked\n'));

test('each has its row: host, names and rule, or that there is none', () => {
  const [head, ...rows] = blockTable(blocks, hosts, nowMs)
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/));
  const until = localTime(untilMs);
  expect(head).toEqual(['CLIENT', 'UNTIL', 'LEFT', 'HOST', 'ASKED FOR', 'RULE', 'WHY']);
  const short = '10 names that never took mail here in 1s, score 10.0 of 10';
  expect(rows).toEqual([
    ['203.0.113.7', until, '1h', 'mx.example.net', '??2J, carl, dora, +1', 'row', short],
    [
      '198.51.100.0/24',
      until,
      '1h',
      '-',
      '-',
      'neighbours',
      'unknown names by 5 clients of it, score 10.0 of 10 for a network',
    ],
    ['192.0.2.1', until, '1h', expect.anything(), '-', '-', 'by the operator'],
    ['192.0.2.2', until, '1h', '-', '-', '-', block.reason],
  ]);
  expect(rows[2]?.[3]).toBe(`...${long.slice(-29)}`);
});

test('as JSON each block is as it is, with what has made it and the name of its host', () => {
  const text = blocksJson(blocks, hosts);
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  expect(JSON.parse(text)).toMatchObject([
    {...blocks[0], blockedBy: 'row', untilTime: isoTime(untilMs), name: 'mx.example.net'},
    {...blocks[1], blockedBy: 'neighbours'},
    {...blocks[2], blockedBy: 'operator', name: long},
    {...blocks[3], blockedBy: 'earlier'},
  ]);
});
