/** What the status says of a log that cannot be read at the moment, and which lines hide that sessions leave none. */
import {afterEach, expect, jest, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {longestSilenceMs} from '../../../src/hearing/judge.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {sleep, tempDirs} from '../../support/temp.js';
import {heardOnce, ownDelivery, record, stillWaiting} from '../lines.js';

const newDir = tempDirs();
const connected = [1, 2, 3, 4, 5].map((inode) => ({inode, remote: {text: `192.0.2.${inode}`}}));
jest.unstable_mockModule('../../../src/sys/proc/sockets/port-sockets.js', () => ({
  portSockets: () => Promise.resolve({connected}),
}));
const {Ear} = await import('../../../src/hearing/live/ear.js');

afterEach(() => {
  jest.restoreAllMocks();
});

const earOf = (log: string, ports: readonly number[]): InstanceType<typeof Ear> =>
  new Ear({
    dialect: sendmail,
    wanted: {names: ['sm-mta'], host: undefined, namesAre: 'auto'},
    plan: {files: [log], journal: 'left'},
    sourcesAre: 'named',
    positionOf: () => undefined,
    ports,
    say: () => undefined,
  });

/** Longer than the pause between two looks. Ms. */
const lookedMs = 2500;

test.each([
  ['of a local submission', ownDelivery, 'deaf'],
  ['of the queue', stillWaiting, 'deaf'],
  ['that another source delivered', {kind: 'copy', record: record()}, 'deaf'],
  ['about a client', heardOnce, 'quiet'],
] as const)('sessions without a line about a client, and lines %s', async (_, line, machine) => {
  const log = join(newDir(), 'mail.log');
  fs.writeFileSync(log, '');
  const beginMs = performance.now();
  const clock = jest.spyOn(performance, 'now');
  const ear = earOf(log, [25]);
  const end = new AbortController();
  ear.listen(end.signal);
  clock.mockReturnValue(beginMs + longestSilenceMs - 1000);
  await sleep(lookedMs);
  // The line comes last: it says that a mailer logs here, and perhaps nothing of its clients.
  ear.take(log, line);
  clock.mockReturnValue(beginMs + longestSilenceMs + 1000);
  const {verdict, why} = ear.view();
  end.abort();
  expect(verdict === 'deaf' ? 'deaf' : 'quiet').toBe(machine);
  if (machine === 'deaf') expect(why[0]).toContain('though the mailer had 5 sessions meanwhile');
});

test('a log that is gone, perhaps for a rotation: the status says at once that the daemon waits', () => {
  const log = join(newDir(), 'mail.log');
  fs.writeFileSync(log, '');
  const ear = earOf(log, []);
  const end = new AbortController();
  ear.listen(end.signal);
  expect(ear.view().sources).toMatchObject([{verdict: 'quiet', notes: []}]);
  fs.rmSync(log);
  expect(ear.view().sources).toMatchObject([
    {verdict: 'quiet', notes: ['waits for it: no such file']},
  ]);
  fs.writeFileSync(log, '');
  expect(ear.view().sources).toMatchObject([{verdict: 'quiet', notes: []}]);
  end.abort();
});
