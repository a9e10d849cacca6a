/**
 * The queue of a real sendmail: three directories and a group, the queue of the submission, three local
 * users who forge their sender. Messages are found, traced, held and released; sendmail delivers
 * meanwhile, and no message is lost or comes twice.
 */
import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {tmpdir} from 'node:os';
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {execa} from 'execa';
import {Lab} from './lab/lab.js';
import type {Relay} from './lab/relay.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

interface Shown {
  id: string;
  queue: string;
  directory: string;
  state: string;
  sender: {kind: string; uid?: number; user?: string; address?: string; proof?: string};
  from: string;
  received: string[];
  quarantine?: string;
}

const users = {alice: 1000, 'www-data': 33, carol: 1002};

describe('the queue of sendmail', () => {
  let lab: Lab;
  let relay: Relay;

  beforeAll(async () => {
    lab = await Lab.start({id: 'queue', services: false, clients: {client: 66}});
    ({relay} = lab);
    await relay.sh('useradd', ['--uid', '1002', 'carol']);
    const mc = await relay.read('/etc/mail/lab.mc');
    await relay.write(
      '/etc/mail/queue.mc',
      mc.replace(
        /^MAILER\(`local'\)dnl$/m,
        "define(`QUEUE_DIR', `/var/spool/mqueue/q*')dnl\ndefine(`confDELIVERY_MODE', `queueonly')dnl\nQUEUE_GROUP(`bulk', `P=/var/spool/mqueue/bulk, R=2')dnl\n$&",
      ),
    );
    const cf = await relay.sh('m4', ['/etc/mail/queue.mc']);
    await relay.write(
      '/etc/mail/sendmail.cf',
      cf.replace(/^(Mesmtp,\s+P=\[IPC\],)/m, '$1 Q=bulk,'),
    );
    const submit = await relay.read('/etc/mail/submit.cf');
    const files = 'O ServiceSwitchFile=/etc/mail/service.switch-nodns';
    await relay.write(
      '/etc/mail/submit.cf',
      submit
        .replace(/^#O ServiceSwitchFile=.*$/m, files)
        // A busy machine would only queue.
        .replace(/^#?O QueueLA=.*$/m, 'O QueueLA=10000')
        .replace(/^#?O RefuseLA=.*$/m, 'O RefuseLA=10000'),
    );
    await relay.sh('sh', [
      '-c',
      'cd /var/spool/mqueue; mkdir -p q1 q2/qf q2/df q2/xf q3 bulk; chown -R smmta:smmsp .; chmod -R u=rwX,g=rX,o= .',
    ]);
    await lab.startSyslog();
    await lab.startSendmail();
  });
  afterAll(() => Lab.stopAll());

  const asJson = async (...words: string[]): Promise<Shown[]> => {
    const said = await relay.blocksmtp(['queue', '--json', ...words]);
    expect(said).toMatchObject({code: 0, stderr: ''});
    return (JSON.parse(said.stdout) as {messages: Shown[]}).messages;
  };

  const send = async (user: string, subject: string, to: string[]): Promise<void> => {
    const mail = `From: forged@example.org\nX-PHP-Originating-Script: ${user === 'www-data' ? 33 : 0}:evil.php(12) : eval()'d code\nSubject: ${subject}\nReceived: (qmail 123 invoked by uid 99); 1 Jan 2020\n\nbuy from ${user}\n`;
    const as = ['--reuid', user, '--regid', 'nogroup', '--clear-groups'];
    // Through a pipe, as PHP does it; of carol through a socket, as Node does it.
    const begin = user === 'carol' ? 'exec' : 'cat |';
    const words = ['setpriv', ...as, '/usr/sbin/sendmail', '-f', 'spoof@example.org', ...to];
    await relay.sh('sh', ['-c', `${begin} ${words.join(' ')}`], {input: mail});
  };

  /** As it would come back from somebody who complains. */
  const complaintOf = ({directory, id}: Shown): string => {
    const file = readFile(relay, `${directory}/qf${id}`);
    const lines = file.split('\n').filter((line) => /^[H\t]/.test(line));
    const headers = lines.map((line) => line.replace(/^H\?[^?]*\?/, '')).join('\n');
    return `Received: from relay.example.net by mx.example.com (Postfix) with ESMTP id 4Xy; now\n${headers}\n\nbuy\n`;
  };

  test('shows the sender of each message, in whatever directory it lies', async () => {
    for (const user of Object.keys(users)) {
      await send(user, `from ${user}`, ['bob@example.net', 'someone@example.com']);
    }
    const found = await until('six messages', async () => {
      const all = await asJson();
      return all.filter(({queue}) => queue === 'relay').length === 6 && all;
    });
    expect(new Set(found.map(({from}) => from))).toEqual(new Set(['<spoof@example.org>']));
    for (const [user, uid] of Object.entries(users)) {
      const its = await asJson('--uid', user);
      expect(its).toHaveLength(2);
      for (const each of its) {
        expect(each.sender).toEqual({kind: 'uid', uid, user, proof: 'header'});
      }
      expect(its.map(({directory}) => directory).sort()[0]).toBe('/var/spool/mqueue/bulk');
    }
    expect(await asJson('--received', 'invoked by uid 99', '--text', 'buy from')).toHaveLength(6);
    expect(await asJson('--header', 'Subject:from carol', '--to', '*@example.com')).toHaveLength(1);
    expect(await asJson('--from', 'nobody@')).toEqual([]);
  });

  test('counts by sender, and prints all headers of one', async () => {
    const {stdout} = await relay.blocksmtp(['queue', '--count']);
    expect(stdout).toMatch(/^RCPTS +MESSAGES +HELD +SENDER .*\n2 +2 +0 +uid:\d+ \(/);
    const full = await relay.blocksmtp(['queue', '--full', '--uid', '33', '--to', 'bob@']);
    expect(full.stdout).toContain('  | Received: (qmail 123 invoked by uid 99); 1 Jan 2020\n');
    expect(full.stdout).toMatch(/^ {2}\| Received: \(from www-data@localhost\)$/m);
  });

  test('a client that forges the line of a submission is a host', async () => {
    const client = lab.client('client');
    const {session} = await client.open();
    const forged = [
      'Subject: forged',
      'Received: (from carol@localhost)',
      '\tby relay.example.net (8.18.1/8.18.1/Submit) id 6ATFIhta000203; now',
      '',
      'x',
      '.',
    ].join('\r\n');
    const begin = ['HELO x', 'MAIL FROM:<a@example.org>', 'RCPT TO:<alice@example.net>', 'DATA'];
    for (const line of [...begin, forged]) {
      expect((await client.say(session, line)).line).toMatch(/^[23]/);
    }
    await client.close(session);
    const [found] = await asJson('--host', '192.0.2.66');
    expect(found?.sender).toEqual({kind: 'host', address: '192.0.2.66', proof: 'mailer'});
    expect(await asJson('--uid', 'carol')).toHaveLength(2);
  });

  test('mail of the submission that the relay has not taken is of the owner of its file', async () => {
    const as = ['--reuid', 'carol', '--regid', 'nogroup', '--clear-groups'];
    const words = ['/usr/sbin/sendmail', '-odq', '-f', 'spoof@example.org', 'bob@example.net'];
    await relay.sh('setpriv', [...as, ...words], {input: 'Subject: waits\n\nx\n'});
    const [found] = await asJson('--header', 'Subject:waits');
    expect(found).toMatchObject({
      queue: 'submission',
      sender: {kind: 'uid', uid: 1002, user: 'carol', proof: 'kernel'},
    });
  });

  test('a complaint is traced to the local user, by the log', async () => {
    const [sent] = await asJson('--uid', 'www-data', '--to', 'someone@');
    await relay.write('/tmp/complaint', complaintOf(sent!));
    const {code, stdout} = await relay.blocksmtp(['trace', '--json', '/tmp/complaint']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: {
        kind: 'sender',
        whose: {kind: 'uid', uid: 33, user: 'www-data'},
        proof: 'log',
        from: '<spoof@example.org>',
        script: "33:evil.php(12) : eval()'d code",
        warnings: [expect.stringContaining('www-data set sender to spoof@example.org')],
      },
      queued: 'waiting',
    });
  });

  test('and through a rotated, packed log', async () => {
    await relay.sh('sh', [
      '-c',
      'gzip -c /var/log/mail.log > /var/log/mail.log.2.gz; : > /var/log/mail.log',
    ]);
    const {stdout} = await relay.blocksmtp(['trace', '/tmp/complaint']);
    expect(stdout).toMatch(/^sender: +uid 33 \(www-data\) of this machine$/m);
    const other = await relay.blocksmtp(['trace'], {
      input: 'Received: from a by b (Postfix) id 1;\n',
    });
    expect(other).toMatchObject({code: 1, stdout: expect.stringMatching(/^not traced: .*\ndo: /)});
  });

  test('no file of a queue is opened for writing', async () => {
    const trace = join(tmpdir(), `blocksmtp-queue-${String(process.pid)}`);
    const into = ['-t', String(relay.pid), '-m', '-u', '-n', '-p', '-r', '-w'];
    const words = ['/usr/sbin/blocksmtp', 'queue', '--full', '--text', 'buy'];
    await execa('strace', ['-f', '-e', 'trace=file', '-o', trace, 'nsenter', ...into, ...words]);
    const calls = readFileSync(trace, 'latin1').split('\n');
    rmSync(trace);
    const opened = calls.filter((line) => line.includes('"/var/spool/') && line.includes('open'));
    expect(opened.length).toBeGreaterThan(6);
    expect(opened.filter((line) => /O_(?:WRONLY|RDWR|CREAT|APPEND|TRUNC)/.test(line))).toEqual([]);
    const changing = /\b(?:unlink|rename|link|chmod|chown|utime|mkdir|truncate|symlink)\w*\(/;
    expect(calls.filter((line) => changing.test(line) && line.includes('/var/spool/'))).toEqual([]);
  });

  test('hold keeps it in the queue, with its reason, and release lets it go', async () => {
    const held = await relay.blocksmtp(['queue', 'hold', '--uid', 'carol', '--reason', 'spam run']);
    expect(held).toMatchObject({code: 0, stderr: ''});
    expect(held.stdout).toMatch(/held 3 messages; back with: blocksmtp queue release$/);
    const now = await asJson('--held');
    expect(now.map(({quarantine}) => quarantine)).toEqual(['spam run', 'spam run', 'spam run']);
    expect(await relay.sh('mailq', ['-qQ'])).toContain('spam run');
    await relay.sh('/usr/sbin/sendmail-mta', ['-Am', '-q']);
    expect((await asJson('--held')).map(({id}) => id)).toEqual(now.map(({id}) => id));
    const ids = now.slice(0, 2).map(({id}) => id);
    const back = await relay.blocksmtp(['queue', 'release', ...ids, '6ATFIh0Y999999']);
    expect(back).toMatchObject({code: 1, stdout: expect.stringMatching(/released 2 messages$/)});
    expect(back.stderr).toBe('blocksmtp: 6ATFIh0Y999999: not in the queue, or not held');
    expect(await relay.blocksmtp(['queue', 'release', '--held'])).toMatchObject({code: 0});
    expect(await asJson('--held')).toEqual([]);
  });

  test('a user who is not root changes nothing, and the command says so', async () => {
    const {code, stderr} = await relay.blocksmtp(['queue', 'hold', '--uid', 'carol'], {
      user: 'alice',
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('permission denied');
    expect(await asJson('--held')).toEqual([]);
  });

  test('hold and release while sendmail delivers: nothing is lost, nothing comes twice', async () => {
    const count = 120;
    const [client] = [lab.client('client')];
    for (let i = 0; i < count; i++) {
      await client.deliver({to: 'alice@example.net', text: `number ${String(i)}.`});
    }
    const many = await relay.blocksmtp(['queue', 'hold', '--text', 'number ']);
    expect(many).toMatchObject({code: 1});
    expect(many.stderr).toMatch(
      /120 messages to hold, and nothing was done: more than 100 need --yes/,
    );
    const runs = ['-c', 'for i in 1 2 3 4 5 6; do /usr/sbin/sendmail-mta -Am -q; done'];
    const delivering = Promise.all([
      relay.run('sh', runs, {timeoutMs: 60_000}),
      relay.run('sh', runs, {timeoutMs: 60_000}),
    ]);
    for (const deed of ['hold', 'release', 'hold', 'release']) {
      await relay.blocksmtp(['queue', deed, '--text', 'number ', '--yes'], {
        timeoutMs: 60_000,
      });
    }
    await delivering;
    await relay.blocksmtp(['queue', 'release', '--held', '--yes']);
    const subjects = async (): Promise<string[]> =>
      [...(await relay.read('/var/mail/alice').catch(() => '')).matchAll(/^(number \d+\.)$/gm)].map(
        (match) => match[1] ?? '',
      );
    await until(
      'all mail',
      async () => {
        await relay.run('/usr/sbin/sendmail-mta', ['-Am', '-q'], {timeoutMs: 60_000});
        const left = await asJson('--text', 'number ');
        return left.length === 0 && (await subjects()).length >= count;
      },
      300,
    );
    const wanted = Array.from({length: count}, (_, i) => `number ${String(i)}.`);
    expect((await subjects()).sort()).toEqual(wanted.sort());
  });
});

const readFile = (relay: Relay, path: string): string => readFileSync(relay.path(path), 'latin1');
