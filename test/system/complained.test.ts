/**
 * Messages that a real sendmail took, of which a real clamd says what they are: the boundary header is
 * sendmail's own, the log is rsyslog's. The signature is made here, for the test text of EICAR.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Lab} from './lab/lab.js';
import type {Client} from './lab/client.js';
import type {Relay} from './lab/relay.js';
import {labDir} from './lab/paths.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

/** In parts: a scanner of the machine that builds this must not find it here. */
const eicar = [
  'X5O!P%@AP[4\\PZX54(P^)7CC)7}$',
  'EICAR-STANDARD-ANTIVIRUS',
  '-TEST-FILE!$H+H*',
].join('');
const signature = `Test.Eicar:0:*:${Buffer.from(eicar, 'latin1').toString('hex')}\n`;
/** clamd adds this to the name of a signature that nobody signed. */
const name = 'Test.Eicar.UNOFFICIAL';
const maildir = '/home/alice/Maildir';

const attachment = (text: string): string[] => [
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from(text, 'latin1').toString('base64'),
  '--b--',
];

describe('a message that is complained of', () => {
  let relay: Relay;
  let attacker: Client;
  let innocent: Client;

  beforeAll(async () => {
    const lab = await Lab.start({id: 'complained'});
    ({relay} = lab);
    attacker = lab.client('attacker');
    innocent = lab.client('innocent');
    await relay.write('/var/lib/clamav/test.ndb', signature);
    const conf = await relay.read('/etc/clamav/clamd.conf');
    const shorter = conf.replace(/^StreamMaxLength .*$/m, 'StreamMaxLength 1M');
    await relay.write('/etc/clamav/clamd.conf', shorter);
    const submit = await relay.read('/etc/mail/submit.cf');
    const noDns = 'O ServiceSwitchFile=/etc/mail/service.switch-nodns';
    await relay.write(
      '/etc/mail/submit.cf',
      submit
        .replace(/^#O ServiceSwitchFile=.*$/m, noDns)
        // A busy machine would only queue.
        .replace(/^#?O QueueLA=.*$/m, 'O QueueLA=10000')
        .replace(/^#?O RefuseLA=.*$/m, 'O RefuseLA=10000'),
    );
    await relay.sh('install', ['-d', '-o', 'clamav', '-g', 'clamav', '/run/clamav']);
    relay.start('clamd', ['--foreground']);
    await until('clamd', () => existsSync(relay.path('/run/clamav/clamd.ctl')));
    await asAlice(`mkdir -p ${maildir}/cur ${maildir}/new ${maildir}/tmp`);
  });
  afterAll(() => Lab.stopAll());

  const asAlice = (script: string): Promise<string> =>
    relay.sh('setpriv', ['--reuid=alice', '--regid=alice', '--clear-groups', 'sh', '-c', script]);

  /** Through sendmail into the mailbox. @returns the message as it lies there */
  async function arrived(from: Client, subject: string, lines: string[], sender = 'a@example.org') {
    const {session} = await from.open();
    const body = [`Subject: ${subject}`, ...lines, '.'].join('\r\n');
    for (const line of [
      'HELO [203.0.113.9]',
      `MAIL FROM:<${sender}>`,
      'RCPT TO:<alice@example.net>',
      'DATA',
      body,
    ]) {
      expect((await from.say(session, line)).line).toMatch(/^[23]/);
    }
    await from.close(session);
    const box = await relay.mailbox('alice', `Subject: ${subject}\n`);
    const messages = box.split(/^From [^\n]*\n/m);
    return messages.find((each) => each.includes(`Subject: ${subject}\n`)) ?? '';
  }

  let delivered = 0;
  async function deliver(message: string): Promise<string> {
    delivered += 1;
    const file = `${String(Math.floor(Date.now() / 1000))}.M${String(delivered)}.relay`;
    await relay.write(`${maildir}/new/${file}`, message);
    await relay.sh('chown', ['alice:alice', `${maildir}/new/${file}`]);
    return file;
  }

  const folder = (of: string): string[] => {
    const path = relay.path(`${maildir}/${of}`);
    return existsSync(path) ? readdirSync(path).sort() : [];
  };

  let virus = '';
  let forged = '';

  test('is of the client that our log names, whatever it says of itself', async () => {
    const lie =
      'Received: from x (h.example [203.0.113.9]) by relay.example.net (8.18.1/8.18.1) with SMTP id 6ATFIh0Y000204; now';
    virus = await arrived(attacker, 'virus', [lie, ...attachment(eicar)]);
    await relay.write('/tmp/virus.eml', virus);
    const {code, stdout} = await relay.blocksmtp([
      'complain',
      'message',
      '--json',
      '/tmp/virus.eml',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'verified',
      client: '192.0.2.66',
      proof: 'log',
    });
    const {letter} = JSON.parse(stdout) as {letter: string};
    expect(letter).not.toContain('alice');
  });

  test('with the header of another message on top is of nobody', async () => {
    const good = await arrived(innocent, 'harmless', ['', 'hello']);
    const [header = ''] = good.split('\n\n');
    const top = header.replaceAll(/^(?!Received|\t)[^\n]*\n?/gm, '');
    forged = `${top.trimEnd()}\n${virus}`;
    await relay.write('/tmp/forged.eml', forged);
    const {code, stdout} = await relay.blocksmtp(['complain', 'message', '/tmp/forged.eml']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /unverified: our log has \w+ with another Message-Id; nobody is accused/,
    );
  });

  test('accuses nobody where it is a bounce, or of a local user', async () => {
    await relay.write('/tmp/bounce.eml', await arrived(attacker, 'bounce', ['', 'x'], ''));
    const bounce = await relay.blocksmtp(['complain', 'message', '/tmp/bounce.eml']);
    expect(bounce).toMatchObject({code: 1, stdout: expect.stringContaining('bounce: ')});
    const as = ['--reuid=bob', '--regid=nogroup', '--clear-groups', '/usr/sbin/sendmail'];
    const input = 'Subject: local\n\nx\n';
    await relay.sh('setpriv', [...as, '-f', 'a@example.org', 'alice@example.net'], {input});
    const box = await relay.mailbox('alice', 'Subject: local\n');
    const mail = box.split(/^From [^\n]*\n/m).find((each) => each.includes('Subject: local\n'));
    const local = await relay.blocksmtp(['complain', 'message', '-'], {input: mail ?? ''});
    expect(local).toMatchObject({code: 1, stdout: expect.stringContaining('-: ours: ')});
  });

  test('its header is printed, and its domain where a contact is known', async () => {
    const {code, stdout} = await relay.blocksmtp(['complain', 'headers', '/tmp/virus.eml']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Received: from \[203\.0\.113\.9\] \(.*\[192\.0\.2\.66\]/m);
    expect(stdout).not.toContain('--b');
    const domain = await relay.blocksmtp(['contact', '--from-message', '/tmp/virus.eml']);
    expect(domain).toMatchObject({code: 1, stdout: ''});
  });

  test('is found in a Maildir; while no contact can be found, it stays', async () => {
    const file = await deliver(virus);
    await deliver(forged);
    await deliver('Subject: harmless\n\nhello\n');
    const large = await deliver(`Subject: large\n\n${'x'.repeat(99)}\n`.repeat(20_000));
    const listed = await relay.blocksmtp(['complain', 'maildir', maildir]);
    expect(listed.stdout).toContain(`new/${file}: ${name}\n  not accused: `);
    const words = ['complain', 'maildir', maildir, '--virus', '*.UNOFFICIAL', '--move', '--json'];
    const {code, stdout, stderr} = await relay.blocksmtp(words);
    expect({
      code,
      stderr: stderr.replaceAll(/^.*no such file: nobody is whitelisted\n?/gm, ''),
    }).toEqual({code: 0, stderr: ''});
    const report = JSON.parse(stdout) as {
      messages: {file: string; said: string[]; moved?: string}[];
      unscanned: {file: string; why: string}[];
    };
    expect(report).toMatchObject({counts: {seen: 4, clean: 1, found: 2, unscanned: 1}});
    expect(report.unscanned).toMatchObject([{file: `new/${large}`}]);
    const its = report.messages.find((each) => each.file === `new/${file}`);
    expect(its?.said[0]).toMatch(/^verified: 192\.0\.2\.66 handed it in as /);
    // No registry and no name server answers here: it stays for the next sweep.
    expect(its?.said.join('\n')).toMatch(/^to: not known yet: /m);
    expect(its?.moved).toBeUndefined();
    expect(folder('new')).toHaveLength(4);
  });

  test('a link to the passwords of this machine is never read', async () => {
    await asAlice(`ln -s /etc/shadow ${maildir}/new/1.shadow; mkfifo ${maildir}/new/2.pipe`);
    const {stdout} = await relay.blocksmtp(['complain', 'maildir', maildir, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({counts: {skipped: 2}});
    await asAlice(`rm ${maildir}/new/1.shadow ${maildir}/new/2.pipe`);
  });

  test('a folder that leads elsewhere is refused, and no file of it is touched', async () => {
    await asAlice(`mv ${maildir} ${maildir}.real; ln -s /etc ${maildir}`);
    const link = await relay.blocksmtp(['complain', 'maildir', maildir, '--move']);
    expect(link).toMatchObject({code: 69, stderr: expect.stringContaining('a link of a user')});
    await asAlice(
      `rm ${maildir}; mv ${maildir}.real ${maildir}; mv ${maildir}/new ${maildir}/old; ln -s /etc ${maildir}/new`,
    );
    const inner = await relay.blocksmtp(['complain', 'maildir', maildir, '--move']);
    expect(inner).toMatchObject({code: 69, stderr: expect.stringContaining('and no link')});
    await asAlice(`rm ${maildir}/new; mv ${maildir}/old ${maildir}/new`);
  });

  test('goes to .Complained when a registry names a desk and the daemon takes the complaint', async () => {
    await relay.write('/var/tmp/registry.mjs', readFileSync(join(labDir, 'registry.mjs'), 'utf8'));
    const services = [[['192.0.2.0/24'], ['http://127.0.0.1:8053/']]];
    await relay.write('/etc/blocksmtp/rdap.json', JSON.stringify({version: '1.0', services}));
    const registry = relay.start('node', ['/var/tmp/registry.mjs']);
    await until('the registry', () => registry.stdout.includes('ready'));
    const lookUp = ['--rdap-bootstrap=/etc/blocksmtp/rdap.json', '--contact-zone='];
    const daemon = relay.daemon([
      '--complaints=ask',
      '--complaint-from=desk@example.net',
      ...lookUp,
    ]);
    await daemon.ready();
    const words = ['complain', 'maildir', maildir, '--virus', '*.UNOFFICIAL', '--move', '--json'];
    const {code, stdout} = await relay.blocksmtp([...words, ...lookUp]);
    expect(code).toBe(0);
    const {messages} = JSON.parse(stdout) as {messages: {said: string[]; moved?: string}[]};
    const [its, ...others] = messages.filter(({moved}) => moved !== undefined);
    expect(others).toEqual([]);
    expect(its?.said.join('\n')).toMatch(/^to: abuse-192-0-2-0@example\.com \(published\)/m);
    expect(folder('.Complained/cur')).toHaveLength(1);
    expect(folder('new')).toHaveLength(3);
    const {stdout: listed} = await relay.blocksmtp(['complaints', '--json']);
    expect(JSON.parse(listed)).toMatchObject({complaints: [{network: '192.0.2.0/25'}]});
    await daemon.stop();
  });

  test('while clamd hangs or is gone nothing is clean, and nothing moves', async () => {
    const before = folder('new');
    await relay.sh('pkill', ['-KILL', '-x', 'clamd']);
    await until('clamd to end', async () => (await relay.run('pgrep', ['-x', 'clamd'])).code === 1);
    const {code, stdout} = await relay.blocksmtp(['complain', 'maildir', maildir, '--move']);
    expect(code).toBe(69);
    expect(stdout).toContain(' 0 clean, 0 found, 3 not scanned');
    expect(folder('new')).toEqual(before);
  });
});
