/** Questions to one server stand in line; those for whom it takes too long are sent away. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {
  type Asked,
  mostInLine,
  ServerLines,
} from '../../../../src/complaint/contact/live/server-lines.js';
import {json, rdapServer, type RdapServer} from '../../../support/contact/rdap-server.js';
import {SharedPace} from '../../../../src/complaint/contact/live/shared-pace.js';
import {tempDirs, until} from '../../../support/temp.js';

const temporary = tempDirs();
let server: RdapServer;
let stop: AbortController;
beforeEach(async () => {
  [server, stop] = [await rdapServer(), new AbortController()];
});
afterEach(() => server.close());

const bounds = () => ({
  ...{timeoutMs: 60_000, mostBytes: 1000, mayReach: () => true, stop: stop.signal},
});
const soon = (): number => performance.now() + 60_000;

test('a line has a bound', async () => {
  server.on('/x', () => undefined);
  const lines = new ServerLines(new SharedPace(temporary()));
  const ask = (): Promise<Asked> => lines.get(`${server.base}x`, soon(), bounds());
  const waiting = Array.from({length: mostInLine}, ask);
  await until('the first one is asked', () => server.asked.length === 1);
  expect(await ask()).toMatchObject({kind: 'later', why: 'too many wait for the server'});
  stop.abort();
  expect((await Promise.all(waiting)).map(({kind}) => kind)).toEqual(waiting.map(() => 'silent'));
  // Only the first one came to the server, and the line is free again.
  expect(server.asked).toHaveLength(1);
  expect((await ask()).kind).toBe('silent');
});

test('a question that would come too late is not asked', async () => {
  server.on('/x', json({}));
  const lines = new ServerLines(new SharedPace(temporary()));
  expect((await lines.get(`${server.base}x`, soon(), bounds())).kind).toBe('reply');
  const late = await lines.get(`${server.base}x`, performance.now() + 100, bounds());
  expect(late).toMatchObject({kind: 'later', why: expect.stringContaining('may not be asked for')});
  await lines.pause(server.base, 7_200_000);
  const paused = await lines.get(`${server.base}x`, soon(), bounds());
  expect(paused.kind === 'later' && paused.waitMs).toBeGreaterThan(7_000_000);
  expect(server.asked).toHaveLength(1);
});
