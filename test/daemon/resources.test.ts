/** Who waits for the state while somebody else works on it, and who does not. */
import {expect, test} from '@jest/globals';
import {
  type Guarding,
  openToGuard,
  type OpenedResources,
  openResources,
} from '../../src/daemon/resources.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {serveControl} from '../../src/sys/talk/control-socket.js';
import {lockState} from '../../src/sys/run/instance-lock.js';
import {tempDirs, until} from '../support/temp.js';
import {whereAvailable} from '../support/where-available.js';
import {configIn} from '../support/config.js';

const newDir = tempDirs();
const withFlock = whereAvailable({tools: ['flock']});

/** Begins to guard a state that somebody else has. */
async function beginning() {
  const config = configIn(newDir());
  const locked = await lockState(config.stateDir);
  if (locked.kind !== 'locked') throw new Error(locked.why);
  const said: string[] = [];
  const log = {
    say: (_: string, message: string) => void said.push(message),
    shows: () => true,
    close: () => Promise.resolve(),
  };
  const stop = new AbortController();
  const open = (guarding?: Guarding): Promise<OpenedResources> =>
    openToGuard(config, log, stop.signal, emptyState('unsaved'), guarding);
  return {config, said, stop, open, release: () => locked.lock.release()};
}

withFlock('a command is waited for, also for longer than another command waits', async () => {
  const {said, open, release} = await beginning();
  const opened = open();
  await until('it waits', () => said.length > 0);
  release();
  const result = await opened;
  expect(result.kind).toBe('ready');
  expect(said).toEqual([expect.stringMatching(/^another blocksmtp works on .*: waiting/)]);
  if (result.kind === 'ready') result.resources.leave();
});

withFlock('a daemon that listens is not, nor is any program once we are to end', async () => {
  const listens = await beginning();
  const control = await serveControl(listens.config.controlSocket, () => Promise.resolve({}));
  const ends = await beginning();
  ends.stop.abort();
  const results = await Promise.all([listens.open(), ends.open()]);
  expect(results.map(({kind}) => kind)).toEqual(['taken', 'taken']);
  // Told at once, and before anything is waited for.
  expect([...listens.said, ...ends.said]).toEqual([
    expect.stringMatching(/^another blocksmtp answers at .*; waiting 5s, for it may be ending$/),
  ]);
  control.close();
  listens.release();
  ends.release();
});

withFlock('nor is one that has another state: it would lose its socket and its rules', async () => {
  const {config, open, release} = await beginning();
  release();
  const control = await serveControl(config.controlSocket, () => Promise.resolve({}));
  const opened = await open();
  control.close();
  expect(opened).toMatchObject({
    kind: 'taken',
    why: expect.stringMatching(/^another blocksmtp answers at .*: two cannot share the socket/),
  });
});

withFlock('a daemon that is just ending is waited for', async () => {
  const {config, said, open, release} = await beginning();
  const control = await serveControl(config.controlSocket, () => Promise.resolve({}));
  const opened = open();
  await until('it waits', () => said.length > 0);
  control.close();
  release();
  const result = await opened;
  expect(result.kind).toBe('ready');
  if (result.kind === 'ready') result.resources.leave();
});

withFlock('one that has guarded before goes on beside one that came later', async () => {
  const {config, open, said, release} = await beginning();
  release();
  const control = await serveControl(config.controlSocket, () => Promise.resolve({}));
  const result = await open('begun');
  control.close();
  expect([result.kind, said]).toEqual(['ready', []]);
  if (result.kind === 'ready') result.resources.leave();
});

test('a dry run works on the state that it is given, and each run has its own', async () => {
  const config = {...configIn(newDir()), dryRun: true};
  const log = {say: () => undefined, shows: () => true, close: () => Promise.resolve()};
  const stateOf = async (unsaved?: State): Promise<State> => {
    const opened = await openResources(config, log, unsaved);
    if (opened.kind !== 'ready') throw new Error(opened.why);
    return opened.resources.state;
  };
  const [mine, other] = [emptyState('unsaved'), await stateOf()];
  expect(await stateOf(mine)).toBe(mine);
  expect(await stateOf()).not.toBe(other);
});
