/**
 * A log that comes from another host: only the log can tell who the client is. The trap: a local
 * sendmail child has the same pid as the remote one, and serves an innocent client.
 */
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {queueId} from './lab/queue-id.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const LOG = '/var/log/remote.log';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A line as rsyslog writes what another machine sent it, in either form. */
function line(form: 'bsd' | 'rfc3339', host: string, pid: number, message: string): string {
  const now = new Date();
  const clock = now.toISOString().slice(11, 19);
  const day = String(now.getUTCDate()).padStart(2);
  const stamp =
    form === 'bsd'
      ? `${MONTHS[now.getUTCMonth()] ?? ''} ${day} ${clock}`
      : now.toISOString().replace('Z', '+00:00');
  return `${stamp} ${host} sm-mta[${String(pid)}]: ${message}\n`;
}

/** When the envelopes of this file began: one queue id for each pid. */
const began = new Date();

function unknowns(form: 'bsd' | 'rfc3339', host: string, pid: number, names: number): string {
  const id = queueId(pid, began);
  const message = (i: number): string => `${id}: <ghost${String(i)}@example.net>... User unknown`;
  return Array.from({length: names}, (_, i) => line(form, host, pid, message(i))).join('');
}

function fromLine(form: 'bsd' | 'rfc3339', host: string, pid: number, client: string): string {
  const id = queueId(pid, began);
  const fields = 'size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA';
  return line(form, host, pid, `${id}: from=<a@example.org>, ${fields}, relay=[${client}]`);
}

describe('the log of another host', () => {
  let lab: Lab;
  let relay: Relay;
  let trap: number;

  beforeEach(async () => {
    lab = await Lab.start({id: 'remote'});
    relay = lab.relay;
    await relay.write(LOG, '');
    await lab.client('innocent').open();
    const children = await relay.sh('pgrep', ['-f', 'sendmail: MTA: server .192.0.2.10. cmd read']);
    trap = Number(children.split('\n')[0]);
  });
  afterEach(() => Lab.stopAll());

  async function start(...args: string[]): Promise<Daemon> {
    const daemon = relay.daemon([`--syslog-msgs-file=${LOG}`, '--debug=3', ...args]);
    await daemon.ready();
    await relay.hooked();
    return daemon;
  }

  const drops = async (): Promise<string> =>
    (await relay.iptables(4, '-S', CHAIN)).replace(`-N ${CHAIN}`, '').trim();

  test.each(['bsd', 'rfc3339'] as const)(
    'only the log names mail1’s clients, whatever process has that pid here (%s)',
    async (form) => {
      const daemon = await start('--mailer-syslog-host=mail1');
      await relay.append(LOG, unknowns(form, 'mail1', trap, 12));
      await sleep(700);
      expect(await drops()).toBe('');
      await relay.append(LOG, fromLine(form, 'mail1', trap, '203.0.113.7'));
      await until('the block', async () => (await drops()).includes('203.0.113.7/32'));
      await daemon.waitFor(/block 203\.0\.113\.7 for 1h .*proof log/);
      expect(daemon.text).not.toContain('192.0.2.10');
    },
  );

  test('with every host counting, a remote pid is still not looked up here', async () => {
    const daemon = await start();
    await relay.append(LOG, unknowns('rfc3339', 'mail1', trap, 12));
    await sleep(700);
    expect(await drops()).toBe('');
    expect(daemon.text).not.toContain('192.0.2.10');
    await relay.append(LOG, fromLine('rfc3339', 'mail1', trap, 'IPv6:2001:db8:0:0:0:0:0:77'));
    await until('the block', async () =>
      (await relay.iptables(6, '-S', CHAIN)).includes('2001:db8::77/128'),
    );
  });

  test('lines of two hosts with one pid and queue id are two sessions', async () => {
    const daemon = await start();
    await relay.append(
      LOG,
      unknowns('rfc3339', 'mail1', trap, 6) +
        unknowns('rfc3339', 'mail2', trap, 6) +
        fromLine('rfc3339', 'mail1', trap, '203.0.113.7') +
        fromLine('rfc3339', 'mail2', trap, '203.0.113.8'),
    );
    await daemon.waitFor(/203\.0\.113\.8 asked for .*score 6/);
    await daemon.waitFor(/203\.0\.113\.7 asked for .*score 6/);
    expect(await drops()).toBe('');
  });

  test('lines of other hosts, our own included, do not count', async () => {
    const daemon = await start('--mailer-syslog-host=mail1');
    for (const host of ['mail2', 'mail10', 'relay', 'mail1x']) {
      await relay.append(LOG, unknowns('bsd', host, trap, 12));
      await relay.append(LOG, fromLine('bsd', host, trap, '203.0.113.7'));
    }
    await relay.append(LOG, line('bsd', 'mail1', 4242, 'NOQUEUE: connect from [203.0.113.8]'));
    await relay.append(LOG, unknowns('bsd', 'mail1', 4242, 12));
    // The connect line of LogLevel 10 names the client from the beginning. How many recipients were
    // accepted between these nobody can tell before the envelope ends.
    await daemon.waitFor(/203\.0\.113\.8 asked for <ghost11@\S+: score 12/);
    expect(await drops()).toBe('');
    await relay.append(LOG, fromLine('bsd', 'mail1', 4242, '203.0.113.8'));
    await daemon.waitFor(/block 203\.0\.113\.8 /);
    await until('the block', async () => (await drops()).includes('203.0.113.8/32'));
    expect(await drops()).not.toContain('203.0.113.7');
    expect(daemon.text).not.toContain('203.0.113.7');
  });
});
