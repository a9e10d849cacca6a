/**
 * Complaints of the daemon as it is built: a real guesser, a registry of the test, and the mail through a real
 * sendmail to the server of the network's holder. At each step a mail goes out once at most.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Client, unhurriedMs} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {labDir} from './lab/paths.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const from = 'security@example.net';
const bootstrap = {
  version: '1.0',
  services: [[['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'], ['http://127.0.0.1:8053/']]],
};

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly lines: readonly string[];
}

interface Row {
  readonly id: string;
  readonly network: string;
  readonly mailbox: string;
  readonly step: string;
  readonly why: string;
}

describe('complaints', () => {
  let lab: Lab;
  let relay: Relay;
  let attacker: Client;
  let daemon: Daemon;
  let sink: Daemon;

  const begin = async (...more: readonly string[]): Promise<void> => {
    daemon = relay.daemon([
      ...['--threshold=10', '--block-time=1s', '--block-time-max=2s', '--debug=3'],
      ...[`--complaint-from=${from}`, '--complaint-delay=1s', '--contact-zone='],
      ...['--rdap-bootstrap=/etc/blocksmtp/rdap.json', ...more],
    ]);
    await daemon.ready();
    await relay.hooked();
  };
  const startSink = async (port: number, ...way: string[]): Promise<Daemon> => {
    const started = relay.start('node', ['/var/tmp/sink.mjs', String(port), ...way]);
    await until('the sink', () => started.stdout.includes('ready'));
    return started;
  };
  const mails = (of = sink): Mail[] =>
    of.stdout.filter((line) => line !== 'ready').map((line) => JSON.parse(line) as Mail);
  const rows = async (): Promise<Row[]> => {
    const {stdout} = await relay.blocksmtp(['complaints', '--json']);
    return (JSON.parse(stdout) as {complaints: Row[]}).complaints;
  };
  const rowOf = (network: string, step: string): Promise<Row> =>
    until(`${network} to be ${step}`, async () =>
      (await rows()).find((each) => each.network === network && each.step === step),
    );
  const complain = async (...words: string[]): Promise<string> => {
    const {code, stdout, stderr} = await relay.blocksmtp(['complain', ...words]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    return stdout;
  };

  /** Guesses until it is blocked; once more where the daemon is to see it a second time. */
  async function blocked(address: string, times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const seen = daemon.stderr.length;
      await until(`the end of the block of ${address}`, async () => {
        const {connected, session} = await attacker.open({from: address, timeoutMs: 500});
        if (connected) await attacker.close(session);
        return connected;
      });
      await attacker.guess({from: address, count: 60, gapMs: unhurriedMs});
      await daemon.waitFor(
        new RegExp(`block ${address.replaceAll('.', '\\.')} .*proof kernel`),
        seen,
      );
    }
  }

  beforeAll(async () => {
    lab = await Lab.start({id: 'complaints'});
    ({relay} = lab);
    attacker = lab.client('attacker');
    await attacker.addAddress('192.0.2.166');
    for (const net of ['198.51.100', '203.0.113']) {
      await lab.reach(`${net}.0/24`);
      for (const last of ['66', '166']) await attacker.addAddress(`${net}.${last}`);
    }
    for (const file of ['sink.mjs', 'registry.mjs'])
      await relay.write(`/var/tmp/${file}`, readFileSync(join(labDir, file), 'utf8'));
    await relay.write('/etc/blocksmtp/rdap.json', JSON.stringify(bootstrap));
    const registry = relay.start('node', ['/var/tmp/registry.mjs']);
    await until('the registry', () => registry.stdout.includes('ready'));
    sink = await startSink(2525, 'take', 'abuse-192-0-2-128@example.com');
    // All mail for others goes to the sink.
    const edit = `cd /etc/mail
      sed -i 's/^DS.*/DSrelay:[127.0.0.1]/; s/^\\(\\s*A=TCP \\$h\\)$/\\1 2525/' sendmail.cf
      kill -HUP "$(head -n 1 /run/sendmail/mta/sendmail.pid)"`;
    await relay.sh('sh', ['-c', edit]);
  });
  afterAll(() => Lab.stopAll());

  test('in a preview are shown, and nothing leaves', async () => {
    await begin('--complaints=preview');
    await blocked('192.0.2.66', 2);
    const {id, mailbox} = await rowOf('192.0.2.0/25', 'composed');
    expect(mailbox).toBe('abuse-192-0-2-0@example.com');
    const shown = await complain();
    expect(shown).toContain(id);
    expect(shown).toContain('192.0.2.66');
    expect((await relay.logLines()).filter((line) => line.includes(`+bounce-`))).toEqual([]);
    expect(mails()).toEqual([]);
    await daemon.stop();
  });

  test('go out once, through the mailer, from an address that names the complaint', async () => {
    await begin('--complaints=send');
    await complain('--send', '--yes');
    const {id} = await rowOf('192.0.2.0/25', 'handed');
    const [mail] = await until('the mail', () => mails().length > 0 && mails());
    expect(mail).toMatchObject({
      from: `security+bounce-${id}@example.net`,
      to: ['abuse-192-0-2-0@example.com'],
    });
    const lines = mail?.lines ?? [];
    expect(lines).toContain('To: abuse-192-0-2-0@example.com');
    expect(lines).toContain(`From: ${from}`);
    expect(lines).toContain(`Message-ID: <${id}@example.net>`);
    expect(lines).toContain('Auto-Submitted: auto-generated');
    expect(lines.filter((line) => /^192\.0\.2\.66 .* blocked 2 times$/.test(line))).toHaveLength(1);
    const json = lines.slice(lines.findIndex((line) => line === '{'));
    const xarf = JSON.parse(json.slice(0, json.indexOf('}') + 1).join('\n')) as object;
    expect(xarf).toMatchObject({xarf_version: '4.2.0', source_identifier: '192.0.2.66'});
    expect(daemon.text).not.toMatch(/ error /);
  });

  const mailer = '$(head -n 1 /run/sendmail/mta/sendmail.pid)';
  /** With this option of sendmail, for those who connect from now on. */
  async function configured(name: string, value: string): Promise<void> {
    const edit = `sed -i 's/^#*O ${name}=.*/O ${name}=${value}/' /etc/mail/sendmail.cf`;
    await relay.sh('sh', ['-c', `${edit}; kill -HUP "${mailer}"`]);
    await until('sendmail to answer', async () => {
      const {session, connected, banner} = await lab.client('innocent').open();
      if (connected) await lab.client('innocent').close(session);
      return banner?.startsWith('220 ');
    });
  }

  test('are withdrawn where the block is lifted by hand, and never sent', async () => {
    await daemon.stop();
    const longer = ['--block-time=1h', '--block-time-max=1h', '--complaint-after=1'];
    await begin('--complaints=ask', ...longer);
    await blocked('198.51.100.66', 1);
    await rowOf('198.51.100.0/25', 'composed');
    expect(await relay.blocksmtp(['unblock', '198.51.100.66'])).toMatchObject({code: 0});
    const {why} = await rowOf('198.51.100.0/25', 'withdrawn');
    expect(why).toBe('no client of it may be named any more');
    const answer = await relay.blocksmtp(['complain', '--send']);
    expect([answer.code, answer.stderr]).toEqual([
      1,
      expect.stringContaining('no complaint waits'),
    ]);
  });

  test('wait while the mailer takes nothing, and go when it does', async () => {
    await blocked('203.0.113.66', 1);
    await rowOf('203.0.113.0/25', 'composed');
    await configured('MinFreeBlocks', '999999999');
    await complain('--send');
    const line = await daemon.waitFor(/warning complaints: the mailer: /);
    expect(line).toMatch(/452 4\.4\.5 Insufficient disk space/);
    expect((await rowOf('203.0.113.0/25', 'composed')).why).toBe('to be sent');
    await configured('MinFreeBlocks', '100');
    // Or by itself, in a quarter of an hour.
    await complain('--send');
    await rowOf('203.0.113.0/25', 'handed');
    await daemon.waitFor(/complaints: the mailer takes them again/);
    await until('the mail', () => mails().length === 2);
    expect(mails()[1]?.to).toEqual(['abuse-203-0-113-0@example.com']);
  });

  test('are held where the daemon is killed while the mailer takes it, and never go again', async () => {
    await blocked('198.51.100.166', 1);
    await rowOf('198.51.100.128/25', 'composed');
    await relay.sh('sh', ['-c', `kill "${mailer}"`]);
    const holder = await until('port 25', () => startSink(25, 'hold').catch(() => undefined));
    await complain('--send');
    await until('the mail to be there whole', () => mails(holder).length === 1);
    await daemon.stop('SIGKILL');
    await holder.stop('SIGKILL');
    await lab.startSendmail();
    await begin('--complaints=send', '--complaint-after=1');
    const {id} = await rowOf('198.51.100.128/25', 'held');
    const {stdout} = await relay.blocksmtp(['complaints', 'show', id]);
    expect(stdout).toContain('the daemon ended while it handed the mail over');
    // Of another network one goes, so it has looked what is to be sent.
    await blocked('203.0.113.166', 1);
    await until('the third mail', () => mails().length >= 3);
    expect(mails().map(({to}) => to)).toEqual([
      ['abuse-192-0-2-0@example.com'],
      ['abuse-203-0-113-0@example.com'],
      ['abuse-203-0-113-128@example.com'],
    ]);
    await rowOf('198.51.100.128/25', 'held');
  });

  test('that bounce come back by an alias, whose program may report that to the daemon and no more', async () => {
    const prepare = `set -e
      install -d -m 2750 -g mail /run/blocksmtp/returned
      mkdir -p /etc/mail/smrsh; ln -s /usr/sbin/blocksmtp /etc/mail/smrsh/blocksmtp
      echo 'security: "|blocksmtp complain answer"' >>/etc/mail/aliases
      newaliases
      smrsh=$(find /usr/lib /usr/libexec -name smrsh -type f -perm /111 | head -n 1)
      sed -i "/^Mprog/,/^$/s|P=/bin/sh|P=$smrsh|" /etc/mail/sendmail.cf
      grep -q "^Mprog.*smrsh" /etc/mail/sendmail.cf
      kill -HUP "${mailer}"`;
    await relay.sh('sh', ['-c', prepare]);
    await daemon.signal('SIGHUP');
    const socket = '/run/blocksmtp/returned/control.sock';
    const mode = await until(
      'the socket of the mailer',
      async () => (await relay.run('stat', ['-c', '%a %G', socket])).stdout || undefined,
    );
    expect(mode).toBe('660 mail');
    await blocked('192.0.2.166', 1);
    const {why} = await rowOf('192.0.2.128/25', 'bounced');
    expect(why).toMatch(/^5\.1\.1 .*User unknown/);
    const asMail = ['--reuid=mail', '--regid=mail', '--clear-groups', '/usr/sbin/blocksmtp'];
    const unblock = await relay.run('setpriv', [...asMail, 'unblock', '192.0.2.166']);
    expect(unblock).toMatchObject({stderr: expect.stringContaining('permission denied')});
    const stranger = await relay.run('setpriv', [...asMail, 'complain', 'answer'], {
      input: 'Subject: 01234567-89ab-4def-8123-456789abcdef\n\nhello\n',
    });
    expect(stranger).toMatchObject({code: 0, stdout: 'no complaint of this number was sent'});
  });
});
