/** A command that comes while a daemon begins: the state is taken already, and nobody listens yet. */
import {expect} from '@jest/globals';
import {answerOf} from '../../../src/cli/commands/operate.js';
import {serveControl} from '../../../src/sys/talk/control-socket.js';
import {lockState} from '../../../src/sys/run/instance-lock.js';
import {configIn} from '../../support/config.js';
import {tempDirs} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const newDir = tempDirs();
const withFlock = whereAvailable({tools: ['flock']});
const log = {say: () => undefined, shows: () => true, close: () => Promise.resolve()};

withFlock('is answered by the daemon, once that listens', async () => {
  const config = configIn(newDir());
  const locked = await lockState(config.stateDir);
  const asked = answerOf({command: 'resume'}, config, log);
  const done = {kind: 'done', message: 'done'};
  const control = await serveControl(config.controlSocket, () => Promise.resolve(done));
  expect(await asked).toEqual(done);
  control.close();
  expect(await answerOf({command: 'resume'}, config, log)).toEqual({
    unavailable: `another blocksmtp works on ${config.stateDir}, and does not listen at ${config.controlSocket}`,
  });
  if (locked.kind === 'locked') locked.lock.release();
});
