/** What a daemon says of another one that answers at its control socket. */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {shownSettings} from '../../src/config/effective.js';
import {otherDaemon} from '../../src/daemon/other-daemon.js';
import {type ControlServer, serveControl} from '../../src/sys/talk/control-socket.js';
import {statusOf} from '../report/status-samples.js';
import {configIn} from '../support/config.js';
import {tempDirs} from '../support/temp.js';

const newDir = tempDirs();
let config = configIn('/nowhere');
let server: ControlServer | undefined;
beforeEach(() => {
  config = configIn(newDir());
});
afterEach(() => server?.close());

/** @param stateDir of the daemon that answers */
const answering = async (stateDir: string): Promise<void> => {
  const settings = shownSettings({...config, stateDir});
  const status = statusOf({settings});
  server = await serveControl(config.controlSocket, () =>
    Promise.resolve({kind: 'status', status}),
  );
};

test('nothing where no daemon answers', async () => {
  expect(await otherDaemon(config)).toBeUndefined();
});

test('one with another state: it has the socket, and what to do instead', async () => {
  await answering('/srv/other/state');
  expect(await otherDaemon(config)).toBe(
    `another blocksmtp answers at ${config.controlSocket} (state /srv/other/state): two cannot share the socket and the chain; to try settings: --dry-run; to run two: control_socket and chain names of its own`,
  );
});

test('one with our state guards already', async () => {
  await answering(config.stateDir);
  expect(await otherDaemon(config)).toMatch(/^another blocksmtp works on .*: it guards already/);
});

test('one that is ending, or of another version, does not say which state it has', async () => {
  const refusing = {kind: 'refused', message: 'the daemon is ending'};
  server = await serveControl(config.controlSocket, () => Promise.resolve(refusing));
  expect(await otherDaemon(config)).toMatch(/^another blocksmtp answers at \S+: two cannot share/);
});
