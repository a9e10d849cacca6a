/** `report` where no daemon runs: it opens the state, and tells what stands in it, or that nothing does. */
import {mkdirSync} from 'node:fs';
import {expect, test} from '@jest/globals';
import {report} from '../../../src/cli/commands/report.js';
import type {Overview} from '../../../src/overview/overview.js';
import {openStore} from '../../../src/sys/disk/store.js';
import {emptyHour, hourMs} from '../../../src/tally/hours.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';
import {collected} from '../support.js';

const newDir = tempDirs();

async function reported(folder: string, form: 'text' | 'json', seconds = 86_400) {
  const {output, log, printed} = collected();
  const told: string[] = [];
  const complain = (message: string): void => void told.push(message);
  const wish = {seconds, form};
  const both = {...output, complain};
  const code = await report(wish, configIn(folder), log, both, 'mayWork');
  return {code, printed: printed(), told};
}

test('without data it says that nothing was counted, and makes nothing', async () => {
  const {code, printed, told} = await reported(newDir(), 'text');
  expect([code, told]).toEqual([0, []]);
  expect(printed).toContain('Nothing was counted yet.');
  expect(printed).toContain('Nobody was blocked.');
});

test('the report has the saved hours, and the history of that time', async () => {
  const folder = newDir();
  const {stateDir} = configIn(folder);
  mkdirSync(stateDir);
  const nowMs = Date.now();
  const store = await openStore(stateDir, nowMs);
  const hour = Math.floor(nowMs / hourMs);
  store.state.outcomeHours.set(String(hour), {...emptyHour(hour), guesses: 7, blocks: 2});
  const event = {network: '203.0.113.7', event: 'blocked', reason: '10 names'} as const;
  store.state.history.push(
    {...event, atMs: nowMs - 40 * 86_400_000},
    {...event, atMs: nowMs - 2000},
    {...event, atMs: nowMs - 1000},
  );
  store.commit();
  expect(store.events(0, 2).map(({atMs}) => nowMs - atMs)).toEqual([1000, 2000]);
  store.close();
  const {code, printed} = await reported(folder, 'json');
  const made = JSON.parse(printed) as Overview;
  expect(code).toBe(0);
  expect(made.sums).toMatchObject({guesses: 7, blocks: 2});
  expect(made.offenders).toMatchObject({all: 1, shown: [{network: '203.0.113.7', blocks: 2}]});
});
