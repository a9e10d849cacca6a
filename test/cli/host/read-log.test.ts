/** Reading a log for `why HOST`: others have their turn meanwhile. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {readLog} from '../../../src/cli/host/read-log.js';
import {SeenClients} from '../../../src/hosts/seen.js';
import {isoTime} from '../../../src/base/time-text.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();

test('while a log is read the answers of the daemon and of the DNS are taken', async () => {
  const dir = newDir();
  const path = join(dir, 'mail.log');
  const line = `${isoTime(Date.now() - 60_000)} relay sm-mta[7]: 6ALDmHko000033: <bert1@example.net>... User unknown\n`;
  // Several times what is read at once.
  writeFileSync(path, line.repeat(3000));
  let isWaiting = true;
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    if (isWaiting) setImmediate(turn);
  };
  setImmediate(turn);
  const config = {...configIn(dir), syslogMsgsFile: [path]};
  const {places} = await readLog(new SeenClients('partner.example'), config);
  isWaiting = false;
  expect(places).toEqual([path]);
  expect(turns).toBeGreaterThan(3);
});

test('why nothing of a log was read: not there, or nothing in it', async () => {
  const dir = newDir();
  const [none, empty] = [join(dir, 'none.log'), join(dir, 'empty.log')];
  writeFileSync(empty, '');
  const config = {...configIn(dir), syslogMsgsFile: [none, empty]};
  const {unread} = await readLog(new SeenClients('partner.example'), config);
  expect(unread).toEqual([
    expect.stringMatching(/none\.log: nothing read: no such file$/),
    expect.stringMatching(/empty\.log: nothing read: empty, or older than 7d$/),
  ]);
});
