/** `confirm` right behind `reload --confirm`: the life that the reload began may not listen yet. */
import {expect, test} from '@jest/globals';
import {reload} from '../../../src/cli/commands/reload.js';
import {serveControl} from '../../../src/sys/talk/control-socket.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';

const newDir = tempDirs();
const request = {command: 'confirm'} as const;

test('a daemon that listens a moment later gets it', async () => {
  const config = configIn(newDir());
  const told: string[] = [];
  const output = {
    print: (text: string) => void told.push(text),
    complain: (text: string) => void told.push(text),
  };
  // Its first question finds no socket yet.
  const code = reload(request, 'text', config, output);
  const control = await serveControl(config.controlSocket, () =>
    Promise.resolve({kind: 'done', message: 'it stays'}),
  );
  expect([await code, told]).toEqual([0, ['it stays\n']]);
  control.close();
});

test('where no daemon runs the answer says so, a moment later', async () => {
  const config = configIn(newDir());
  const told: string[] = [];
  const output = {print: () => undefined, complain: (text: string) => void told.push(text)};
  expect(await reload(request, 'text', config, output)).toBe(69);
  expect(told).toEqual([`${config.controlSocket}: no daemon runs`]);
});
