/**
 * An ordinary user of the relay writes sendmail's lines himself, to have an innocent client blocked:
 * anybody may write to /dev/log, under any name and pid. What stops him with `attribution = any`
 * (nothing), with `verified` (the kernel does not confirm it), and what only the journal could stop:
 * it alone knows who wrote a line.
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
    // the kernel confirms that this process serves the victim; who wrote the line it does not know
    name: 'unknown names of the very process that serves the victim: needs the journal',
    writer: 'child',
    victim: '192.0.2.106',
    lines: (id) => ghosts(id),
    blocked: {any: true, verified: true},
  },
  {
    name: 'that process, after a from= that names another client: needs the journal',
    writer: 'child',
    victim: '192.0.2.107',
    lines: (id) => [fromLine(id, '192.0.2.10'), ...ghosts(id)],
    blocked: {any: true, verified: true},
  },
  {
    name: 'a process that serves somebody else, said to serve the victim',
    writer: 'child',
    serves: '192.0.2.108',
    victim: '192.0.2.109',
    lines: (id, victim) => [`NOQUEUE: connect from [${victim}]`, ...ghosts(id)],
    // the kernel contradicts: nothing is counted against either; where only its word counts, the forged line
    // disputes nothing, and what was asked for is whose process it is: needs the journal
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

    /** The pid that a forger puts into his lines. */
    async function pidOf({writer, victim, serves = victim}: Forgery): Promise<number> {
      if (writer === 'dead') return 999_000 + Number(victim.split('.')[3]);
      if (writer === 'bystander') {
        lab.relay.start('sleep', ['60'], {user: 'alice'});
        const find = async (): Promise<string> =>
          (await lab.relay.run('pgrep', ['-u', 'alice'])).stdout;
        return Number((await until('his process', find)).split('\n')[0]);
      }
      const innocent = lab.client('innocent');
      await innocent.addAddress(serves);
      const {session} = await innocent.open({from: serves});
      await innocent.say(session, 'MAIL FROM:<a@example.org>');
      const title = `sendmail: .*[[]${serves}[]]`;
      return Number((await lab.relay.sh('pgrep', ['-f', title])).split('\n')[0]);
    }

    async function forge(forgery: Forgery): Promise<void> {
      const pid = await pidOf(forgery);
      const lines = forgery.lines(queueId(pid), forgery.victim);
      const words = ['-c', FORGER, String(pid)];
      await lab.relay.sh('python3', words, {user: 'alice', input: `${lines.join('\n')}\n`});
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
      // whoever really guesses is blocked in any case; then all that came before has been read
      await lab.client('attacker').guess({count: 40, gapMs: 20, quietMs: 400});
      await daemon.waitFor(/block 192\.0\.2\.66 /);
    }, 180_000);
    afterAll(() => Lab.stopAll());

    test('the real guesser is blocked, by the word of the kernel', async () => {
      expect(await blocked()).toContain('192.0.2.66');
      await daemon.waitFor(/192\.0\.2\.66 asked for .*proof kernel/);
    });

    test.each(forgeries)('$name', async ({victim, blocked: expected}) => {
      expect((await blocked()).includes(victim)).toBe(expected[attribution]);
    });

    test('nobody but the victims and the guesser is blocked', async () => {
      const served =
        attribution === 'verified' ? forgeries.flatMap(({serves}) => serves ?? []) : [];
      const known = [...forgeries.map(({victim}) => victim), ...served, '192.0.2.66'];
      expect((await blocked()).filter((ip) => !known.includes(ip))).toEqual([]);
    });
  });
}
