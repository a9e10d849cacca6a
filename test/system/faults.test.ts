/**
 * What goes wrong around the daemon: no log yet, no firewall program, no rights, no syslog. It says
 * so, goes on trying, and forgets nothing.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {type Client, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import type {Relay, RunOptions} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';

describe('faults', () => {
  let lab: Lab;
  let relay: Relay;
  let attacker: Client;

  beforeEach(async () => {
    lab = await Lab.start({id: 'faults'});
    relay = lab.relay;
    attacker = lab.client('attacker');
  });
  afterEach(() => Lab.stopAll());

  async function start(args: string[] = [], options: RunOptions = {}): Promise<Daemon> {
    const daemon = relay.daemon(args, options);
    await daemon.ready();
    return daemon;
  }

  async function drops(family: 4 | 6 = 4): Promise<string[]> {
    const {stdout} = await relay.run(family === 4 ? 'iptables' : 'ip6tables', ['-S', CHAIN]);
    return [...stdout.matchAll(/^-A \S+ -s (\S+?)(?:\/32|\/128)? /gm)].map((m) => m[1] ?? '');
  }

  test('a log that is missing at the start is waited for, reported once, and read from its start', async () => {
    await lab.stopSyslog();
    await relay.run('rm', ['-f', '/var/log/mail.log']);
    const daemon = relay.daemon();
    await daemon.waitFor(/waiting for the log.*\/var\/log\/mail\.log/);
    await sleep(2500);
    // `auto`, where there is neither a log nor a journal, waits for both customary files.
    const said = daemon.stderr.filter((line) => line.includes('waiting for'));
    expect(
      said.map((line) => /\/var\/log\/\w+(?:\.log)?(?=: no such file)/.exec(line)?.[0]),
    ).toEqual(['/var/log/mail.log', '/var/log/maillog']);
    await lab.startSyslog();
    const guess = await attacker.guess({count: 60, gapMs: unhurriedMs});
    expect(guess.silent).toBe(true);
    // the first line makes the file, and that it is there must be noticed: a second and a half is granted
    expect(guess.answers.length).toBeLessThanOrEqual(10 + 10);
    expect(await drops()).toEqual(['192.0.2.66']);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });

  test.each(['fails', 'is missing'] as const)(
    'iptables-restore %s for a while: loud, and nothing forgotten',
    async (how) => {
      const tools = ['iptables-restore', 'ip6tables-restore'];
      const real = (tool: string): string => `/usr/sbin/${tool}`;
      for (const tool of tools) {
        const wrapper = `#!/bin/sh\n[ ! -e /tmp/broken ] || { echo "out of order" >&2; exit 4; }\nexec /usr/sbin/${tool} "$@"\n`;
        await relay.write(`/opt/fault/${tool}`, wrapper, 0o755);
      }
      const PATH = how === 'fails' ? '/opt/fault:/usr/sbin:/usr/bin' : '/usr/sbin:/usr/bin';
      const daemon = await start([], {env: {PATH}});
      if (how === 'fails') await relay.write('/tmp/broken', '');
      else for (const tool of tools) await relay.rename(real(tool), `${real(tool)}.away`);

      // nobody can be blocked now: both guess on to the end
      for (const family of [4, 6] as const) {
        expect((await attacker.guess({family, count: 15})).answers).toHaveLength(15);
      }
      await daemon.waitFor(/ error .*IPv4.*trying again/);
      await daemon.waitFor(/ error .*IPv6.*trying again/);
      await sleep(1500);
      // bounded: a handful of tries, not a storm
      expect(daemon.stderr.filter((line) => line.includes(' error ')).length).toBeLessThan(20);
      expect([...(await drops(4)), ...(await drops(6))]).toEqual([]);

      if (how === 'fails') await relay.run('rm', ['/tmp/broken']);
      else for (const tool of tools) await relay.rename(`${real(tool)}.away`, real(tool));
      await until(
        'both blocks',
        async () => (await drops(4)).length + (await drops(6)).length === 2,
      );
      expect(await drops(4)).toEqual(['192.0.2.66']);
      expect(await drops(6)).toEqual(['2001:db8::66']);
      await daemon.waitFor(/in order again/);
      expect(await daemon.stop()).toEqual({code: 0, signal: null});
    },
  );

  test('a dry run needs no rights and changes nothing', async () => {
    await relay.sh('chmod', ['644', '/var/log/mail.log']);
    const before = await relay.sh('find', [
      '/var/lib',
      '/run',
      '/etc',
      '-newer',
      '/var/log/mail.log',
    ]);
    const daemon = await start(['--dry-run'], {user: 'nobody'});
    // without root the kernel does not tell whose socket it is; the log does, in the end
    expect((await attacker.guess({count: 15})).silent).toBe(false);
    const line = await daemon.waitFor(/ block 192\.0\.2\.66 for 1h/);
    expect(line).toMatch(/proof (log|title)/);
    expect((await relay.run('iptables', ['-S', CHAIN])).code).toBe(1);
    expect((await relay.run('iptables', ['-S', 'INPUT'])).stdout).toBe('-P INPUT ACCEPT');
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
    expect(
      await relay.sh('find', ['/var/lib', '/run', '/etc', '-newer', '/var/log/mail.log']),
    ).toBe(before);
    expect(daemon.stderr.filter((text) => text.includes(' error '))).toEqual([]);
  });

  test('without rights and without --dry-run it says so, tries on, and ends at SIGTERM', async () => {
    await relay.sh('chmod', ['644', '/var/log/mail.log']);
    await relay.sh('install', ['-d', '-o', 'nobody', '/tmp/own']);
    const own = ['--state-dir=/tmp/own', '--control-socket=/tmp/own/control.sock'];
    const daemon = await start(own, {user: 'nobody'});
    await daemon.waitFor(/ error IPv4 firewall: .*trying again/);
    await attacker.guess({count: 15});
    await daemon.waitFor(/ block 192\.0\.2\.66 for 1h/);
    const listed = await relay.blocksmtp(['list', ...own]);
    expect(listed.stdout).toContain('192.0.2.66');
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
    // a daemon that has the rights later carries it out
    await start(['--state-dir=/tmp/own', '--control-socket=/tmp/own/control.sock']);
    await until('the block', async () => (await drops()).length > 0);
    expect(await drops()).toEqual(['192.0.2.66']);
  });

  test('the syslog is away for a while: lines arrive later', async () => {
    const daemon = await start(['--debug-to-syslog']);
    await lab.stopSyslog();
    await relay.blocksmtp(['block', '203.0.113.7']);
    await daemon.waitFor(/block 203\.0\.113\.7/);
    await sleep(700);
    expect((await relay.logLines('/var/log/syslog')).join()).not.toContain('block 203.0.113.7');
    await lab.startSyslog();
    const line = await until('the message', async () =>
      (await relay.logLines('/var/log/syslog')).find((text) => text.includes('block 203.0.113.7')),
    );
    expect(line).toMatch(/ relay blocksmtp\[\d+\]: .*block 203\.0\.113\.7 for 1h/);
    // in the daemon's facility, never in the mailer's log
    expect((await relay.logLines()).filter((text) => text.includes('blocksmtp'))).toEqual([]);
  });

  test('our own lines in the log that we follow never count', async () => {
    // here everything goes to one file, and at this level recipients are quoted
    const daemon = await start([
      '--syslog-msgs-file=/var/log/syslog',
      '--debug-to-syslog',
      '--debug=4',
    ]);
    const {session = 0} = await attacker.guess({count: 9, keep: true});
    const ours = /blocksmtp\[\d+\]: .*192\.0\.2\.66 asked for .*score 9\.0/;
    await until('our own lines in the log', async () =>
      (await relay.logLines('/var/log/syslog')).some((text) => ours.test(text)),
    );
    await sleep(500);
    expect(daemon.stderr.filter((text) => text.includes('192.0.2.66 asked for'))).toHaveLength(9);
    expect(await drops()).toEqual([]);
    await attacker.guess({session, count: 1});
    await until('the block', async () => (await drops()).length === 1);
    // and it does not talk to itself for ever
    const length = (await relay.logLines('/var/log/syslog')).length;
    await sleep(1000);
    expect((await relay.logLines('/var/log/syslog')).length - length).toBeLessThan(5);
  });
});
