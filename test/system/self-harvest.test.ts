/**
 * "Try a harvest on yourself" of `docs/quick-start.md`: the script as it stands there, run by bash on
 * another machine, against a real sendmail. Only the names of the relay and of the sender are others.
 */
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {Lab, RELAY} from './lab/lab.js';
import {root} from './lab/paths.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

describe('the harvest of the quick start', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.start({id: 'self-harvest'});
    await lab.relay.write('/etc/blocksmtp.whitelist', '');
    await lab.relay.daemon([]).ready();
  });
  afterAll(() => Lab.stopAll());

  test('leads to a block, and unblock ends it', async () => {
    const page = await readFile(join(root, 'docs/quick-start.md'), 'utf8');
    const [, script = ''] = /^```\n(exec 3<>.*?)^```$/ms.exec(page) ?? [];
    expect(script.match(/^printf|^ {2}printf/gm)).toHaveLength(3);
    const attacker = lab.client('attacker');
    const here = script.replaceAll('relay.example.net', RELAY[4]);
    // Its sessions are cut when it is blocked: how the script ends is not its business.
    await promisify(execFile)('nsenter', [
      ...[`--net=/proc/${String(attacker.pid)}/ns/net`, 'bash', '-c', here],
    ]).catch(() => undefined);

    const address = attacker.addresses[4];
    await until('the block', async () =>
      (await lab.relay.blocksmtp(['list', '--no-names'])).stdout.includes(address),
    );
    expect((await lab.relay.blocksmtp(['why', address, '--no-names'])).stdout).toContain(
      'names that never took mail here',
    );
    expect(await lab.relay.blocksmtp(['unblock', address])).toMatchObject({code: 0});
    expect((await lab.relay.blocksmtp(['list', '--no-names'])).stdout).not.toContain(address);
  });
});
