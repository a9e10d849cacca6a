/**
 * A real sendmail in a container, and we on the host: the pid in its log is the container's. The
 * traps: a sendmail of the host's that has the same number and serves somebody else, and a user who
 * runs the real sendmail with a connection of his own.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {type ChildProcess, spawn} from 'node:child_process';
import {readlinkSync} from 'node:fs';
import {nameClient, type Question} from '../../src/sessions/attribute.js';
import {Candidates, processFacts, SocketTables} from '../../src/sys/proc/proc.js';
import {inetd} from './lab/inetd.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';
import {sendmail} from '../../src/mail/sendmail/dialect.js';

const {describe} = await requireLab({program: false});

const unknownLine = /sm-mta\[(\d+)\]: (\w+): <ghost@example\.net>\.\.\. User unknown/;

const asAlice = ['setpriv', '--reuid=alice', '--regid=alice', '--clear-groups'];

describe('a sendmail in a container', () => {
  let lab: Lab;
  const servers: ChildProcess[] = [];
  let decoy: number;
  let session: number;
  let question: Question;

  beforeAll(async () => {
    lab = await Lab.start({id: 'containers'});
    decoy = await serveOnHost('203.0.113.9', 25);
    session = await openAs(decoy);
    question = await guess();
  }, 300_000);
  afterAll(async () => {
    for (const server of servers) server.kill('SIGKILL'); // sendmail goes with its client
    await Lab.stopAll();
  });

  /** A real sendmail with the pids of the host, in a network of its own, that serves this client. */
  async function serveOnHost(peer: string, port: number, become: string[] = []): Promise<number> {
    const network = `ip link set lo up; ip addr add ${peer}/32 dev lo; exec "$@"`;
    const perl = ['perl', '-e', inetd, peer, String(port), ...become];
    const files = ['nsenter', '-t', String(lab.relay.pid), '-m', '-u', '-r', 'unshare', '--net'];
    const words = ['--pdeathsig', 'KILL', ...files, 'sh', '-c', network, 'sh', ...perl];
    const server = spawn('setpriv', words, {stdio: ['ignore', 'pipe', 'inherit']});
    servers.push(server);
    let text = '';
    server.stdout.on('data', (data: Buffer) => (text += data.toString()));
    return until('its pid', () => /^\d+\n/.test(text) && Number(text));
  }

  /** A session of the attacker's whose sendmail child calls itself by this number. */
  async function openAs(number: number): Promise<number> {
    return until('a child with the number', async () => {
      await lab.relay.sh('sh', ['-c', `echo ${String(number - 1)} > /proc/sys/kernel/ns_last_pid`]);
      const opened = await lab.client('attacker').open();
      const children = await lab.relay.sh('pgrep', ['-f', '^sendmail: MTA: server ']);
      if (children.split('\n').includes(String(number))) return opened.session;
      await lab.client('attacker').close(opened.session);
      return undefined;
    });
  }

  const say = (line: string): ReturnType<ReturnType<Lab['client']>['say']> =>
    lab.client('attacker').say(session, line);

  async function guess(): Promise<Question> {
    await say('MAIL FROM:<a@example.org>');
    await say('RCPT TO:<ghost@example.net>');
    const [, pid, queueId] = await until('the line', async () =>
      unknownLine.exec((await lab.relay.logLines()).at(-1) ?? ''),
    );
    return {pid: Number(pid), numberedBy: 'log', queueId: queueId ?? '', envelopeMs: Date.now()};
  }

  function ask(changed: Partial<Question> = {}): string | undefined {
    const asked = {...question, ...changed};
    const candidates = new Candidates(new SocketTables(25).find, sendmail.isProgram).of(asked);
    const found = nameClient(candidates, asked, {dialect: sendmail, ports: [25]});
    return found && `${found.client.text} ${found.proof}`;
  }

  const inside = (): number =>
    new Candidates(new SocketTables(25).find, sendmail.isProgram)
      .of(question)
      .find(({pid}) => pid !== decoy)?.pid ?? 0;

  test('the line holds the number of a process of the host, which serves another client', () => {
    expect(question.pid).toBe(decoy);
    expect(processFacts(decoy, new SocketTables(25).find)).toMatchObject({
      pid: decoy,
      ownPid: decoy,
      title: 'sendmail: MSP: server [203.0.113.9] cmd read',
    });
  });

  test('each by the host’s number, as the journal tells it', () => {
    const attacker = lab.client('attacker').addresses[4];
    expect(ask({pid: inside(), numberedBy: 'host'})).toBe(`${attacker} kernel`);
    expect(ask({pid: decoy, numberedBy: 'host'})).toBe('203.0.113.9 kernel');
  });

  test('between two commands nobody can tell which of the two it was', () => {
    expect(ask()).toBeUndefined();
    expect(ask({queueId: undefined})).toBeUndefined();
  });

  test('within a command the title has the queue id', async () => {
    await say('RCPT TO:<alice@example.net>');
    await say('DATA');
    expect(ask()).toBe(`${lab.client('attacker').addresses[4]} kernel`);
    expect(ask({queueId: undefined})).toBeUndefined();
    await say('.');
  });

  test('when the host’s has ended, the container’s is the only one', async () => {
    process.kill(decoy, 'SIGKILL');
    await until('its end', () => processFacts(decoy, new SocketTables(25).find) === undefined);
    expect(ask()).toBe(`${lab.client('attacker').addresses[4]} kernel`);
    expect(ask({queueId: undefined})).toBe(`${lab.client('attacker').addresses[4]} kernel`);
    expect(ask({envelopeMs: Date.now() - 60_000})).toBeUndefined();
  });

  test('a user’s own run of the real sendmail names nobody, whatever its peer', async () => {
    for (const port of [2525, 25]) {
      const pid = await serveOnHost('203.0.113.9', port, asAlice);
      const facts = processFacts(pid, new SocketTables(port).find);
      expect(facts).toMatchObject({
        user: {uid: 1000, userNamespace: 'ours'},
        executable: {path: '/usr/libexec/sendmail/sendmail', owner: 'root'},
        title: 'sendmail: MSP: server [203.0.113.9] cmd read',
      });
      expect(facts?.sockets.map(({localPort}) => localPort)).toContain(port);
      expect(ask({pid, numberedBy: 'host', envelopeMs: Date.now()})).toBeUndefined();
      process.kill(pid, 'SIGKILL');
    }
  });

  test('the namespaces are what the test says', () => {
    const space = (pid: number): string => readlinkSync(`/proc/${String(pid)}/ns/pid`);
    expect(space(inside())).toBe(space(lab.relay.pid));
    expect(space(inside())).not.toBe(space(process.pid));
    expect(space(servers[0]?.pid ?? 0)).toBe(space(process.pid));
  });
});
