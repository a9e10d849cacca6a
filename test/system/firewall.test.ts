/**
 * The firewall's own troubles: a tool that hangs, a lock that somebody holds, a chain that is given
 * another name while the daemon runs. Each ends with the blocks in force and nothing left behind.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';

describe('the firewall in trouble', () => {
  let relay: Relay;
  beforeEach(async () => {
    relay = (await Lab.start({id: 'firewall', services: false})).relay;
    await relay.write('/var/log/mail.log', '');
  });
  afterEach(() => Lab.stopAll());

  async function rulesOf(tool: string): Promise<string[]> {
    return (await relay.run(tool, ['-S'])).stdout.split('\n');
  }
  const drop = `-A ${CHAIN} -s 203.0.113.7/32 -p tcp -m tcp --dport 25 -j DROP`;
  const block = (): Promise<unknown> =>
    relay.blocksmtp(['block', '203.0.113.7'], {timeoutMs: 60_000});

  test('a tool that hangs is ended, and the block made by the next try', async () => {
    const hangs =
      '#!/bin/sh\n[ ! -e /tmp/hang ] || exec sleep 1000\nexec /usr/sbin/iptables-restore "$@"\n';
    await relay.write('/opt/fault/iptables-restore', hangs, 0o755);
    const daemon = relay.daemon([], {env: {PATH: '/opt/fault:/usr/sbin:/usr/bin:/bin'}});
    await daemon.ready();
    // only the call for the block shall hang, not those of the start
    await relay.hooked();
    await relay.write('/tmp/hang', '');
    const blocked = block();
    await until(
      'it to hang',
      async () => (await relay.run('pgrep', ['-f', '^sleep 1000'])).code === 0,
    );
    // Meanwhile the daemon answers. What hangs may be a tool that was started before the block.
    await until('the block in the list', async () =>
      (await relay.blocksmtp(['list'])).stdout.includes('203.0.113.7'),
    );
    await relay.run('rm', ['/tmp/hang']);
    await blocked;
    await until('the block', async () => (await rulesOf('iptables')).includes(drop));
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
    // One that was started to wait for the next block may hang until the daemon ends.
    const isGone = async (): Promise<boolean> =>
      (await relay.run('pgrep', ['-f', '^sleep 1000'])).code === 1;
    await until('each tool that hung to be gone', isGone);
  });

  test('a lock that another process holds is waited for, logged, and the block made when it is free', async () => {
    for (const tool of ['iptables', 'ip6tables']) {
      for (const verb of ['save', 'restore']) {
        const legacy = `#!/bin/sh\nexec /usr/sbin/${tool}-legacy-${verb} "$@"\n`;
        await relay.write(`/opt/legacy/${tool}-${verb}`, legacy, 0o755);
      }
    }
    const daemon = relay.daemon([], {env: {PATH: '/opt/legacy:/usr/sbin:/usr/bin:/bin'}});
    await daemon.ready();
    await until('the hook', async () => (await rulesOf('iptables-legacy')).join().includes(CHAIN));
    const holder = relay.start('flock', ['/run/xtables.lock', 'sleep', '25']);
    await sleep(300);
    const from = daemon.stderr.length;
    const blocked = block();
    await daemon.waitFor(/ error .*IPv4 firewall.*xtables lock.*trying again/, from);
    expect(await rulesOf('iptables-legacy')).not.toContain(drop);
    await holder.exit;
    await blocked;
    await until('the block', async () => (await rulesOf('iptables-legacy')).includes(drop));
    await daemon.waitFor(/IPv4 firewall: in order again/, from);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });

  test('a reload that renames the chain moves the blocks and leaves nothing of the old one', async () => {
    const daemon = relay.daemon();
    await daemon.ready();
    await block();
    const before = await rulesOf('iptables');
    expect(before).toContain(drop);
    await relay.write(
      '/etc/blocksmtp/blocksmtp.toml',
      'iptables_chain_name = "GUESSERS"\nmailer_port = 2525\n',
    );
    await daemon.signal('SIGHUP');
    const moved = drop.replace(CHAIN, 'GUESSERS').replace('--dport 25', '--dport 2525');
    await until('the new chain', async () => (await rulesOf('iptables')).includes(moved));
    // The old one goes when the new one stands: there is no moment without the block.
    for (const tool of ['iptables', 'ip6tables'] as const) {
      await until('the old chain to go', async () => {
        const left = (await rulesOf(tool)).filter((rule) => rule.includes(CHAIN));
        return left.length === 0;
      });
    }
    expect(await rulesOf('iptables')).toContain(moved);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });
});
