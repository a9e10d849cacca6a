/** A packed file that somebody put into the folder of the logs, and that is no log. */
import {expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import zlib from 'node:zlib';
import type {FileEvent} from '../../../src/log/source-event.js';
import {mostUnpacked, PackedFile} from '../../../src/sys/follow/packed-file.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const megabyte = 1024 * 1024;

/** Unpacks as many bytes of 32 MB as are looked for. */
async function seek(content: Buffer): Promise<{found: string; events: FileEvent[]}> {
  const path = join(newDir(), 'mail.log.2.gz');
  fs.writeFileSync(path, zlib.gzipSync(content));
  const events: FileEvent[] = [];
  const file = PackedFile.open(path, path);
  const offset = content.length - 1;
  const found = await file.seek({identity: '', offset, guard: ''}, (event) => events.push(event));
  file.close();
  return {found, events};
}

test('a file that unpacks to a thousand times its size is given up early, and reported', async () => {
  const {found, events} = await seek(Buffer.alloc(96 * megabyte, 0x61));
  expect(found).toBe('other');
  expect(events).toMatchObject([
    {
      kind: 'damaged',
      why: `it unpacks to more than ${mostUnpacked} times its size, as no log does`,
    },
  ]);
  const [event] = events;
  expect(event?.kind === 'damaged' && event.atBytes).toBeLessThan(48 * megabyte);
});

test('the same line over and over, as a flood leaves it, is a log', async () => {
  const line = (i: number): string =>
    `Nov 21 12:00:0${i % 10} relay sm-mta[${1000 + (i % 7000)}]: 6ALC${i}: ruleset=check_rcpt, reject=550\n`;
  const lines = Array.from({length: 300_000}, (_, i) => line(i)).join('');
  expect(await seek(Buffer.from(lines))).toEqual({found: 'here', events: []});
});
