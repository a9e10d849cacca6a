/** Very long socket tables, as a user makes them who opens hundreds of thousands of sockets. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {mostConnectionsOfUser} from '../../../src/outgoing/shares.js';
import {Outgoing} from '../../../src/sys/outgoing/outgoing.js';
import {TablePass} from '../../../src/sys/outgoing/table-pass.js';
import {tempDirs} from '../../support/temp.js';

const newFolder = tempDirs();
const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (i: number, uid: number): string =>
  `${i}: 010200C0:${(i & 0xffff).toString(16).toUpperCase().padStart(4, '0')} ${(i >> 16).toString(16).padStart(2, '0')}0200C0:0019 02 00000000:00000000 01:00000064 00000000 ${uid} 0 ${i + 1} 2 0 20 4 30 10 -1\n`;

const crowd = 50_000;
/** The sockets of one user, and behind them one of another. */
const table = (): string =>
  head + Array.from({length: crowd}, (_, i) => row(i, 1000)).join('') + row(crowd, 33);

test('one user’s sockets hide no other user’s, and no more of them are kept than the share', async () => {
  const proc = newFolder();
  fs.mkdirSync(join(proc, `${process.pid}/net`), {recursive: true});
  fs.writeFileSync(join(proc, `${process.pid}/net/tcp`), table());
  const outgoing = new Outgoing([25], proc);
  const uids: number[] = [];
  for (;;) {
    const [seen] = await outgoing.look('own');
    if (seen?.kind !== 'connections') throw new Error('not read');
    expect(seen.connections.length).toBeLessThanOrEqual(mostConnectionsOfUser + 1);
    uids.push(...seen.connections.map(({uid}) => uid));
    if (seen.extent !== 'part') {
      expect(seen.left).toMatch(/a user has more than 4096 connections/);
      break;
    }
  }
  expect(uids.filter((uid) => uid === 33)).toHaveLength(1);
  await outgoing.close();
});

test('the next look goes on where one has stopped, and all is read in the end', async () => {
  const folder = newFolder();
  const rows = Array.from({length: 2000}, (_, i) => row(i, 2000 + i)).join('');
  fs.writeFileSync(join(folder, 'tcp'), head + rows);
  const pass = new TablePass(folder, [25]);
  const extents: string[] = [];
  const uids: number[] = [];
  do {
    const part = await pass.readOn(0);
    if (part.kind !== 'sockets') throw new Error(part.kind);
    extents.push(part.extent);
    uids.push(...part.sockets.map(({uid}) => uid));
  } while (extents.at(-1) === 'part');
  await pass.close();
  expect(extents.length).toBeGreaterThan(5);
  expect(extents.at(-1)).toBe('toEnd');
  expect(uids).toEqual(Array.from({length: 2000}, (_, i) => 2000 + i));
});
