/** When the daemon looks who has the gate's port, and what follows. */
import {expect, jest, test} from '@jest/globals';
import {Troubles} from '../../../src/base/mechanisms/troubles.js';
import {GatePort} from '../../../src/daemon/greeting/gate-port.js';
import type {PortProgram} from '../../../src/greeting/at-port.js';
import {FakeWay} from './fake-way.js';

const mailer: PortProgram = {
  ...{pid: 812, path: '/usr/libexec/sendmail/sendmail', words: []},
  user: 'root',
};

function world(programs: readonly PortProgram[]) {
  const said: string[] = [];
  const way = new FakeWay();
  const find = jest.fn(() => Promise.resolve(programs));
  const troubles = new Troubles((_, message) => void said.push(message));
  return {said, way, find, port: new GatePort(2500, way, troubles, find)};
}

test('a mailer at the port is logged once, and nobody is led there until the gate reports', async () => {
  const {said, way, find, port} = world([mailer]);
  await port.look();
  await port.look();
  expect(find).toHaveBeenCalledTimes(1);
  expect([way.whose, port.taken]).toEqual(['others', 'sendmail (process 812)']);
  expect(said).toEqual([expect.stringContaining('taken by sendmail (process 812)')]);
  port.heard();
  expect([way.whose, port.taken]).toEqual(['ours', undefined]);
  expect(said).toHaveLength(2);
});

test('while the gate reports nobody looks; a free port, and a look that fails, change nothing', async () => {
  const {said, way, find, port} = world([mailer]);
  port.heard();
  await port.look();
  expect(find).not.toHaveBeenCalled();
  const free = world([]);
  await free.port.look();
  const failing = world([]);
  failing.find.mockRejectedValueOnce(new Error('no /proc'));
  await failing.port.look();
  expect([way.whose, free.way.whose, failing.way.whose]).toEqual(['ours', 'ours', 'ours']);
  expect([...said, ...free.said, ...failing.said]).toEqual([]);
});
