/**
 * An ordinary user of the relay writes sendmail's lines, to have an innocent client blocked: any
 * user may write to /dev/log, under any name and pid. What stops such a user with `attribution =
 * any` (hardly anything), and with `verified`: the kernel does not confirm it. What a file leaves open, and
 * the journal does not, is the last one: an innocent session that gets as many answers as the user
 * forges refusals.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {queueId} from './lab/queue-id.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const THRESHOLD = 10;
const FIELDS = 'size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4';

const ghosts = (id: string): string[] =>
  Array.from(
    {length: THRESHOLD + 2},
    (_, i) => `${id}: <ghost${String(i)}@x.example>... User unknown`,
  );
/** It ends the envelope. Where the kernel is not asked nobody is judged before, or at fifty names. */
const fromLine = (id: string, victim: string): string =>
  `${id}: from=<a@example.org>, ${FIELDS}, relay=[${victim}]`;

/** `dead`: no such process; `bystander`: the forger's own; `child`: sendmail's, serving the victim. */
type Writer = 'dead' | 'bystander' | 'child';
type Forgery = {
  name: string;
  writer: Writer;
  victim: string;
  /** whom the process serves, if not the victim */
  serves?: string;
  /** what the process has done before, beyond EHLO and MAIL */
  after?: 'message' | 'recipients';
  lines: (id: string, victim: string) => string[];
  /** whether the victim is blocked all the same */
  blocked: {any: boolean; verified: boolean};
};

const forgeries: readonly Forgery[] = [
  {
    name: 'unknown names of a dead process, then from=',
    writer: 'dead',
    victim: '192.0.2.101',
    lines: (id, victim) => [...ghosts(id), fromLine(id, victim)],
    blocked: {any: true, verified: false},
  },
  {
    name: 'connect from, then unknown names',
    writer: 'dead',
    victim: '192.0.2.102',
    lines: (id, victim) => [
      `NOQUEUE: connect from [${victim}]`,
      ...ghosts(id),
      fromLine(id, victim),
    ],
    blocked: {any: true, verified: false},
  },
  {
    name: 'unknown names of a live process that is not sendmail, then from=',
    writer: 'bystander',
    victim: '192.0.2.103',
    lines: (id, victim) => [...ghosts(id), fromLine(id, victim)],
    blocked: {any: true, verified: false},
  },
  {
    name: 'refusals of a ruleset, which name the client',
    writer: 'dead',
    victim: '192.0.2.104',
    lines: (id, victim) => [
      ...Array.from({length: THRESHOLD + 2}, (_, i) => {
        const name = `<ghost${String(i)}@x.example>`;
        const refusal = `reject=550 5.1.1 ${name}... User unknown`;
        return `${id}: ruleset=check_rcpt, arg1=${name}, relay=[${victim}], ${refusal}`;
      }),
      fromLine(id, victim),
    ],
    blocked: {any: true, verified: false},
  },
  {
    name: 'signs that name the client',
    writer: 'dead',
    victim: '192.0.2.105',
    lines: (id, victim) => [
      ...['wiz', 'debug', 'showq'].map((c) => `${id}: "${c}" command from [${victim}] (${victim})`),
      ...Array.from({length: THRESHOLD}, (_, i) => `${id}: [${victim}]: VRFY x${String(i)}`),
      fromLine(id, victim),
    ],
    blocked: {any: true, verified: false},
  },
  {
    // The kernel confirms that this process serves the victim, and shows that it has refused nobody. With `any` that
    // only postpones a verdict, to the end of the envelope or to fifty names.
    name: 'unknown names of the very process that serves the victim',
    writer: 'child',
    victim: '192.0.2.106',
    lines: (id) => ghosts(id),
    blocked: {any: false, verified: false},
  },
  {
    name: 'that process, after a from= that names another client',
    writer: 'child',
    victim: '192.0.2.107',
    lines: (id) => [fromLine(id, '192.0.2.10'), ...ghosts(id)],
    blocked: {any: false, verified: false},
  },
  {
    name: 'that process, other signs, of which few are enough',
    writer: 'child',
    victim: '192.0.2.110',
    lines: (id, victim) => [
      ...['wiz', 'debug', 'showq'].map((c) => `${id}: "${c}" command from [${victim}] (${victim})`),
      ...Array.from({length: THRESHOLD}, (_, i) => `${id}: [${victim}]: VRFY x${String(i)}`),
      ...Array.from({length: THRESHOLD}, (_, i) => `[${victim}]: VRFY y${String(i)}`),
      fromLine(id, victim),
    ],
    blocked: {any: true, verified: false},
  },
  {
    name: 'that process, which took a message before',
    writer: 'child',
    after: 'message',
    victim: '192.0.2.111',
    lines: (id) => ghosts(id),
    // what it delivered raises its bar
    blocked: {any: false, verified: false},
  },
  {
    name: 'that process, which accepted two names',
    writer: 'child',
    after: 'recipients',
    victim: '192.0.2.112',
    lines: (id) => ghosts(id),
    blocked: {any: false, verified: false},
  },
  {
    name: 'that process, in pieces of a long message',
    writer: 'child',
    victim: '192.0.2.113',
    lines: (id) =>
      ghosts(id).flatMap((line) => {
        const [name = '', said = ''] = line.slice(id.length + 2).split(/(?=\.\.\.)/);
        return [`${id}[1]: ${name} ...`, `${id}[2]: ${said}`];
      }),
    blocked: {any: false, verified: false},
  },
  {
    name: 'a process that serves somebody else, said to serve the victim',
    writer: 'child',
    serves: '192.0.2.108',
    victim: '192.0.2.109',
    lines: (id, victim) => [`NOQUEUE: connect from [${victim}]`, ...ghosts(id)],
    // the kernel contradicts: nothing is counted against either
    blocked: {any: false, verified: false},
  },
];

/** Sends each line of standard input to the syslog, as it is, under the pid given. */
const FORGER = `import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect('/dev/log')
for line in sys.stdin:
    log.send(('<21>sm-mta[%s]: %s' % (sys.argv[1], line.rstrip())).encode())
`;

for (const attribution of ['any', 'verified'] as const) {
  describe(`forged lines, attribution = ${attribution}`, () => {
    let lab: Lab;
    let daemon: Daemon;

    /** The pid that a forger puts into the forged lines. */
    async function pidOf({writer, victim, serves = victim, after}: Forgery): Promise<number> {
      if (writer === 'dead') return 999_000 + Number(victim.split('.')[3]);
      if (writer === 'bystander') {
        lab.relay.start('sleep', ['60'], {user: 'alice'});
        const find = async (): Promise<string> =>
          (await lab.relay.run('pgrep', ['-u', 'alice'])).stdout;
        return Number((await until('the user’s process', find)).split('\n')[0]);
      }
      const innocent = lab.client('innocent');
      await innocent.addAddress(serves);
      const {session} = await innocent.open({from: serves});
      const to = 'RCPT TO:<alice@example.net>';
      if (after === 'message') {
        for (const said of ['MAIL FROM:<a@example.org>', to, 'DATA', 'Subject: x\r\n\r\nx\r\n.']) {
          await innocent.say(session, said);
        }
      }
      await innocent.say(session, 'MAIL FROM:<a@example.org>');
      if (after === 'recipients') {
        await innocent.say(session, to);
        await innocent.say(session, to.replace('alice', 'alice+1'));
      }
      return serving(serves);
    }

    /** The process of sendmail that serves a client. */
    async function serving(address: string): Promise<number> {
      const title = `sendmail: .*[[]${address}[]]`;
      return Number((await lab.relay.sh('pgrep', ['-f', title])).split('\n')[0]);
    }

    async function forgeAs(pid: number, lines: readonly string[]): Promise<void> {
      const words = ['-c', FORGER, String(pid)];
      await lab.relay.sh('python3', words, {user: 'alice', input: `${lines.join('\n')}\n`});
    }

    async function forge(forgery: Forgery): Promise<void> {
      const pid = await pidOf(forgery);
      await forgeAs(pid, forgery.lines(queueId(pid), forgery.victim));
    }

    const blocked = async (): Promise<string[]> =>
      [...(await lab.relay.iptables(4, '-S', CHAIN)).matchAll(/-s (\S+)\/32/g)].map(
        ([, ip]) => ip ?? '',
      );

    beforeAll(async () => {
      lab = await Lab.start({id: `forged-${attribution}`});
      daemon = lab.relay.daemon([
        `--threshold=${String(THRESHOLD)}`,
        `--attribution=${attribution}`,
        '--debug=3',
      ]);
      await daemon.ready();
      for (const forgery of forgeries) await forge(forgery);
      // a client that really guesses is blocked in any case; then all that came before has been
      // read
      await lab.client('attacker').guess({count: 40, gapMs: 20});
      await daemon.waitFor(/block 192\.0\.2\.66 /);
    });
    afterAll(() => Lab.stopAll());

    test('the real guesser is blocked, by the word of the kernel', async () => {
      expect(await blocked()).toContain('192.0.2.66');
      await daemon.waitFor(/192\.0\.2\.66 asked for .*proof kernel/);
    });

    test('a guesser that a local user helps is blocked', async () => {
      if (attribution === 'any') return;
      const helped = '192.0.2.67';
      const attacker = lab.client('attacker');
      await attacker.addAddress(helped);
      const {session} = await attacker.open({from: helped});
      await attacker.say(session, 'MAIL FROM:<a@example.org>');
      const pid = await serving(helped);
      const id = queueId(pid);
      const sent = ', delay=00:00:00, xdelay=00:00:00, mailer=local, pri=1, dsn=2.0.0, stat=Sent';
      const help = [
        `NOQUEUE: connect from [192.0.2.10]`,
        `NOQUEUE: connect from root@localhost`,
        `STARTTLS=server, relay=[${helped}], version=TLSv1.3, verify=NO, cipher=x, bits=256/256`,
        `AUTH=server, relay=[${helped}], authid=alice, mech=PLAIN, bits=0`,
        `${id}: from=<a@example.org>, size=400, class=0, nrcpts=99999, msgid=<1@x>, proto=ESMTP, daemon=MTA-v4, relay=[${helped}]`,
        ...['alice', 'postmaster', 'bob'].map((name) => `${id}: to=<${name}@example.net>${sent}`),
        `${id}: to=<ghost1@example.net>${sent}`,
        fromLine(id, '192.0.2.10'),
        fromLine(id, 'root@localhost'),
        ...ghosts(id),
      ];
      // Forged lines that are read together with real ones may postpone it, to fifty names at most.
      for (let i = 0; i < 70 && !(await blocked()).includes(helped); i++) {
        await forgeAs(pid, help);
        await attacker.say(session, `RCPT TO:<harvest${String(i)}@example.net>`).catch(() => '');
        await new Promise((done) => setTimeout(done, 200));
      }
      await daemon.waitFor(/block 192\.0\.2\.67 .*proof kernel/);
    });

    test.each(forgeries)('$name', async ({victim, blocked: expected}) => {
      expect((await blocked()).includes(victim)).toBe(expected[attribution]);
    });

    test('a message that an innocent sends pays for no forged refusals', async () => {
      if (attribution === 'any') return;
      const victim = '192.0.2.114';
      const innocent = lab.client('innocent');
      await innocent.addAddress(victim);
      const {session} = await innocent.open({from: victim});
      const pid = await serving(victim);
      await forgeAs(pid, [`${queueId(pid)}: <first@x.example>... User unknown`]);
      const text = `Subject: x\r\n\r\n${'a line of it\r\n'.repeat(200)}.`;
      const to = 'RCPT TO:<alice@example.net>';
      for (const said of ['MAIL FROM:<a@example.org>', to, 'DATA', text]) {
        await innocent.say(session, said);
      }
      const many = Array.from({length: 60}, (_, i) => `<ghost${String(i)}@x.example>`);
      const id = queueId(pid);
      await forgeAs(
        pid,
        many.map((name) => `${id}: ${name}... User unknown`),
      );
      await lab.client('attacker').addAddress('192.0.2.68');
      await lab.client('attacker').guess({from: '192.0.2.68', count: 40, gapMs: 20});
      await daemon.waitFor(/block 192\.0\.2\.68 /);
      expect(await blocked()).not.toContain(victim);
    });

    test('only the victims and the guessers are blocked', async () => {
      const guessers = ['192.0.2.66', '192.0.2.67', '192.0.2.68'];
      const known = [...forgeries.map(({victim}) => victim), ...guessers];
      expect((await blocked()).filter((ip) => !known.includes(ip))).toEqual([]);
    });
  });
}
