/** All processes of the program are one client for a registry: what one of them asked counts for the next. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {join} from 'node:path';
import {ServerLines} from '../../../../src/complaint/contact/live/server-lines.js';
import {SharedPace} from '../../../../src/complaint/contact/live/shared-pace.js';
import {usualGapMs} from '../../../../src/complaint/contact/rdap/pace.js';
import {mostQuestionsPerDay} from '../../../../src/complaint/contact/rdap/question-count.js';
import {json, rdapServer, type RdapServer} from '../../../support/contact/rdap-server.js';
import {tempDirs} from '../../../support/temp.js';

const tempDir = tempDirs();
let server: RdapServer;
let folder: string;
beforeEach(async () => {
  [server, folder] = [await rdapServer(), tempDir()];
  server.on('/x', json({}));
});
afterEach(() => server.close());

/** In a process that knows nothing but the file. */
const ask = (waitMs = 60_000) =>
  new ServerLines(new SharedPace(folder)).get(`${server.base}x`, performance.now() + waitMs, {
    ...{timeoutMs: 60_000, mostBytes: 1000, mayReach: () => true},
    stop: new AbortController().signal,
  });
const file = (): string => join(folder, 'registries.json');
const name = (): string => new URL(server.base).host;
const count = (questions: number): void => {
  const hours = [{hour: Math.floor(Date.now() / 3_600_000), questions}];
  fs.writeFileSync(file(), JSON.stringify({[name()]: {freeMs: 0, hours}}));
};

test('two processes at the same time keep the pause between two questions', async () => {
  expect((await Promise.all([ask(), ask()])).map(({kind}) => kind)).toEqual(['reply', 'reply']);
  const [first = 0, second = 0] = server.asked.map(({atMs}) => atMs).sort((a, b) => a - b);
  // On a busy machine the first question reaches the server late. Without the pause both would come together.
  expect(second - first).toBeGreaterThan(usualGapMs / 2);
});

test('the last question of the day is asked, and the next one not, by whatever process', async () => {
  count(mostQuestionsPerDay - 1);
  expect((await ask()).kind).toBe('reply');
  const refused = await ask();
  expect(refused).toMatchObject({
    ...{kind: 'later', why: `200 questions went to ${name()} in 24 hours`},
  });
  expect(refused.kind === 'later' && refused.waitMs).toBeGreaterThan(23 * 3_600_000);
  expect(server.asked).toHaveLength(1);
});

test('a pause that the server asks for counts for the next process', async () => {
  const lines = new ServerLines(new SharedPace(folder));
  await lines.pause(server.base, 7_200_000);
  expect(await ask()).toMatchObject({
    kind: 'later',
    why: expect.stringMatching(/for 7(200|199) s$/),
  });
  expect(server.asked).toEqual([]);
});

test('a question that cannot be counted is not asked', async () => {
  fs.mkdirSync(file());
  expect(await ask()).toMatchObject({
    ...{kind: 'silent', why: expect.stringContaining('its questions cannot be counted: ')},
  });
  expect(server.asked).toEqual([]);
});

test('a spoilt file is written anew', async () => {
  fs.writeFileSync(file(), '\0{');
  expect((await ask()).kind).toBe('reply');
  expect(Object.keys(JSON.parse(fs.readFileSync(file(), 'utf8')) as object)).toEqual([name()]);
});
