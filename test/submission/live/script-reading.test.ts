/** Which mail is looked at for its script: once, of users of this machine, and of a flood a part. */
import {expect, test} from '@jest/globals';
import {mostAtOnce, mostShare, ScriptReading} from '../../../src/submission/live/script-reading.js';
import type {Fact} from '../../../src/submission/whose/fact.js';
import {until} from '../../system/lab/until.js';
import {idOf, relay, startMs} from '../samples.js';

type Mail = Extract<Fact, {kind: 'mail'}>;

const mail = (number: number, more: Partial<Mail> = {}): Mail => ({
  ...{kind: 'mail', sender: 'uid:33', atMs: startMs, recipients: 2, vouched: 'no'},
  ...{place: {host: relay, queueId: idOf(number)}, from: '', peer: '', ...more},
});

function made(
  scriptOf: (id: string) => string = (id) => `33:${id}.php`,
  clock: () => number = () => performance.now(),
) {
  const asked: (readonly string[])[] = [];
  const seen: (readonly [string, string, number])[] = [];
  const said: string[] = [];
  const reading = new ScriptReading({
    ownHost: relay,
    queue: {
      newReader: () => (ids) => {
        asked.push(ids);
        return ids.map((id) => ({id, subject: '', script: scriptOf(id)}));
      },
    },
    onScript: (...each) => void seen.push(each),
    say: (_, text) => void said.push(text),
    clock,
  });
  return {reading, asked, seen, said};
}

test('mails that come together are looked at together, each once', async () => {
  const {reading, asked, seen} = made();
  for (const number of [1, 2]) reading.take(mail(number));
  await until('the look', () => asked.length === 1);
  expect(asked).toEqual([[idOf(1), idOf(2)]]);
  expect(seen).toEqual([
    ['uid:33', `33:${idOf(1)}.php`, 2],
    ['uid:33', `33:${idOf(2)}.php`, 2],
  ]);
  reading.take(mail(3));
  await until('the next look', () => asked.length === 2);
  expect(asked[1]).toEqual([idOf(3)]);
  await reading.stop();
});

test('nothing is looked for in mail of logins, hosts and other relays', async () => {
  const {reading, asked} = made();
  reading.take(mail(1, {sender: 'auth:anna'}));
  reading.take(mail(2, {sender: 'host:192.0.2.80'}));
  reading.take(mail(3, {place: {host: 'other.example.net', queueId: idOf(3)}}));
  reading.take(mail(4));
  await until('the look', () => asked.length > 0);
  expect(asked).toEqual([[idOf(4)]]);
});

test('a mail without a script counts nothing', async () => {
  const {reading, asked, seen} = made(() => '');
  reading.take(mail(1));
  await until('the look', () => asked.length > 0);
  expect(seen).toEqual([]);
});

test('a part of a flood is looked at, and a queue that cannot be read is reported', async () => {
  const {reading, asked, said} = made(() => {
    throw new Error('EACCES');
  });
  for (let number = 0; number < mostAtOnce + 10; number++) reading.take(mail(number));
  await until('the look', () => said.length > 0);
  expect(asked.map(({length}) => length)).toEqual([mostAtOnce]);
  expect(said).toEqual(['outgoing mail: scripts not read: EACCES']);
  expect(mostAtOnce).toBe(100);
});

test('after a look that took long it rests: looks take a tenth of the time', async () => {
  let nowMs = 0;
  const {reading, asked} = made(
    () => {
      nowMs += 60_000;
      return '';
    },
    () => nowMs,
  );
  reading.take(mail(1));
  await until('the look', () => asked.length === 1);
  reading.take(mail(2));
  // It rests for nine minutes: the signal ends that, and nothing more is looked at.
  await reading.stop();
  expect(asked).toEqual([[idOf(1)]]);
  expect(mostShare).toBe(0.1);
});

test('after its end it looks no more', async () => {
  const {reading, asked} = made();
  reading.take(mail(1));
  await reading.stop();
  reading.take(mail(2));
  await reading.stop();
  expect(asked).toEqual([]);
});
