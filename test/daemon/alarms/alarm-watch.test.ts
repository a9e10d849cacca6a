/** A mail goes to a mailer that listens, when the status has been bad for a minute, and none without an address. */
import net from 'node:net';
import {afterEach, expect, test} from '@jest/globals';
import {AlarmWatch} from '../../../src/daemon/alarms/alarm-watch.js';
import {AlarmBook, settledMs} from '../../../src/report/alarms/alarms.js';
import {listLost, statusOf} from '../../report/status-samples.js';
import {until} from '../../system/lab/until.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A mailer that takes everything, and what it heard. */
async function mailer(): Promise<{port: number; heard: () => string}> {
  let heard = '';
  const server = net.createServer((client) => {
    let isText = false;
    client.write('220 relay.example.net\r\n');
    client.on('error', () => undefined);
    client.on('data', (data) => {
      heard += data.toString('latin1');
      if (isText && !/\r\n\.\r\n/.test(heard)) return;
      const isBegin = !isText && /^DATA\r\n$/im.test(data.toString('latin1'));
      isText = isBegin;
      client.write(isBegin ? '354 go on\r\n' : '250 2.0.0 taken\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return {port: (server.address() as net.AddressInfo).port, heard: () => heard};
}

const bad = statusOf({crowd: listLost});

test('blocking is stopped: one mail after a minute', async () => {
  const {port, heard} = await mailer();
  const said: string[] = [];
  const say = (level: string, message: string): void => void said.push(`${level} ${message}`);
  const watch = new AlarmWatch({warnMail: 'postmaster@example.net'}, say, new AlarmBook(), port);
  watch.look(bad, 0);
  watch.look(bad, settledMs);
  watch.look(bad, 2 * settledMs);
  await until('the mail', () => Promise.resolve(heard().includes('\r\n.\r\n')));
  await watch.stop();
  expect(heard()).toContain('RCPT TO:<postmaster@example.net>');
  expect(heard().match(/^Subject: .*blocking is stopped\r$/gm)).toHaveLength(1);
  expect(said).toEqual([]);
});

test('an alarm that an earlier life of the daemon mailed is not mailed again', async () => {
  const {port, heard} = await mailer();
  const book = new AlarmBook();
  const settings = {warnMail: 'postmaster@example.net'};
  const before = new AlarmWatch(settings, () => undefined, book, port);
  before.look(bad, 0);
  before.look(bad, settledMs);
  await until('the mail', () => Promise.resolve(heard().includes('\r\n.\r\n')));
  await before.stop();
  const after = new AlarmWatch(settings, () => undefined, book, port);
  for (let looks = 2; looks < 5; looks++) after.look(bad, looks * settledMs);
  await after.stop();
  expect(heard().match(/^Subject: /gm)).toHaveLength(1);
});

test('without an address nothing is sent', async () => {
  const {port, heard} = await mailer();
  const watch = new AlarmWatch({warnMail: ''}, () => undefined, new AlarmBook(), port);
  watch.look(bad, 0);
  watch.look(bad, settledMs);
  await watch.stop();
  expect(heard()).toBe('');
});
