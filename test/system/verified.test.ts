/**
 * `attribution = verified` with the journal, on a booted Debian: a real guesser is dropped, on the
 * word of the kernel, or of the journal when its session is over; and nobody else is. An ordinary
 * user and a system user (a hacked web server) forge all they can: unknown names of a dead process,
 * and of the very sendmail child that serves an innocent client, with its true pid and queue id,
 * which only the journal can tell from sendmail's own.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {queueId as makeQueueId} from './lab/queue-id.js';
import {until} from './lab/until.js';
import {MailGuest} from './package/mail-guest.js';
import {requirePackageLab} from './package/require.js';

const {describe, guestRoot} = await requirePackageLab();

const guesser = '192.0.2.66';
const rest = 'size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4';
const ghosts = (id: string): string[] =>
  Array.from({length: 12}, (_, i) => `${id}: <ghost${String(i)}@example.net>... User unknown`);
const fromLine = (id: string, victim: string): string =>
  `${id}: from=<a@example.org>, ${rest}, relay=[${victim}]`;
const ruleset = (id: string, victim: string): string[] =>
  ghosts(id).map((_, i) => {
    const name = `<ghost${String(i)}@example.net>`;
    const refusal = `reject=550 5.1.1 ${name}... User unknown`;
    return `${id}: ruleset=check_rcpt, arg1=${name}, relay=[${victim}], ${refusal}`;
  });

const eachAlone = `while read -r line; do
  /run/forge/sendmail -t sm-mta -p mail.notice --id="$1" -- "$line"; done`;

/** How a line gets into the syslog under a pid of the forger's choice. */
const tools = {
  'a socket': 'python3 /run/forge/forge.py ',
  'logger, called sendmail': '/run/forge/sendmail -t sm-mta -p mail.notice --id=',
  'the same, gone when journald looks': 'sh /run/forge/each.sh ',
} as const;
const forgers = (['alice', 'www-data'] as const).flatMap((user) =>
  Object.entries(tools).map(([name, tool]) => ({user, name, tool})),
);
/** Each forger has its own victims. */
const victimOf = (forger: number, number: number): string =>
  `192.0.2.${String(70 + 8 * forger + number)}`;

describe('attribution = verified, with the journal', () => {
  let guest: MailGuest;

  const forge = (forger: (typeof forgers)[number], pid: number, lines: string[]): Promise<string> =>
    guest.shell(`setpriv --reuid=${forger.user} --regid=nogroup --clear-groups \\
      ${forger.tool}${String(pid)} <<'END'
${lines.join('\n')}
END`);

  /** Of processes that are gone, or are nobody's. */
  async function forgeDead(index: number): Promise<void> {
    const forger = forgers[index]!;
    const pid = 900_000 + index;
    const id = makeQueueId(pid);
    const [a, b, c] = [0, 1, 2].map((number) => victimOf(index, number));
    await forge(forger, pid, [...ghosts(id), fromLine(id, a!)]);
    await forge(forger, pid + 10, [
      `NOQUEUE: connect from [${b!}]`,
      ...ghosts(makeQueueId(pid + 10)),
    ]);
    await forge(forger, pid + 20, ruleset(makeQueueId(pid + 20), c!));
  }

  /** Of a live child of sendmail, that serves an innocent; the last one, said to serve another. */
  async function forgeLive(index: number): Promise<void> {
    const forger = forgers[index]!;
    const {pid, queueId} = await guest.stayingGuest(victimOf(index, 3));
    await forge(forger, pid, ghosts(queueId));
    await forge(forger, pid, ruleset(queueId, victimOf(index, 3)));
    const other = await guest.stayingGuest(victimOf(index, 4));
    await forge(forger, other.pid, [
      fromLine(other.queueId, victimOf(index, 5)),
      `NOQUEUE: connect from [${victimOf(index, 5)}]`,
      ...ghosts(other.queueId),
    ]);
  }

  beforeAll(async () => {
    guest = await MailGuest.boot(guestRoot);
    await guest.shell(`mkdir -p /run/forge; cd /run/forge
      cp /usr/bin/logger sendmail; cp /mnt/package/forge.py .; echo '${eachAlone}' >each.sh
      chmod -R a+rX .; logger -p mail.info hello`);
  });

  afterAll(async () => {
    await (guest as MailGuest | undefined)?.stop();
  });

  test.each(['journal', '/var/log/mail.log,journal'])(
    '%s: forgers have nobody dropped, a guesser is',
    async (sources) => {
      await guest.startAnew(`--attribution=verified --threshold=10 --syslog-msgs-file=${sources}`);
      await until('the journal', async () => (await guest.said()).join().includes('the journal'));
      await guest.shell('pkill -f visitor.mjs; pkill -f "MTA: server"; :');
      for (const index of forgers.keys()) {
        await forgeDead(index);
        await forgeLive(index);
      }
      // The real program, as a user runs it: its lines have the user's number.
      const dialog = ['EHLO x', 'MAIL FROM:<a@example.org>', 'RCPT TO:<ghost@example.net>', 'QUIT'];
      await guest.shell(`for user in alice www-data; do
          printf '${dialog.join('\\r\\n')}\\r\\n' | setpriv --reuid=$user --regid=nogroup \\
            --clear-groups /usr/sbin/sendmail -L sm-mta -bs || :
        done`);
      // Four seconds in all: through the journal of a busy machine a line takes one.
      expect(await guest.visit(guesser, 0, 40, 100)).toBeLessThan(40);
      await guest.dropping(guesser);
      expect(await guest.dropped()).toEqual([guesser]);
      const said = (await guest.said()).join('\n');
      expect(said).toMatch(/block 192\.0\.2\.66 .*proof kernel/);
      // What a system user forged has been read, and counts as nobody's word; of alice's not even
      // that. Of a process that ends immediately the journal may know no program; then its line is
      // ignored too.
      const heard = forgers.filter((_, index) =>
        said.includes(`${victimOf(index, 3)} asked for <ghost11@example.net>: not counted`),
      );
      expect(heard.map(({user}) => user)).not.toContain('alice');
      expect(heard.filter(({tool}) => tool.startsWith('python'))).toEqual([]);
      expect(heard.length).toBeGreaterThan(0);
    },
  );

  test.each([
    ['processes', /notice cut 192\.0\.2\.68: sendmail process \d+$/],
    ['sockets', /notice cut 192\.0\.2\.68: socket destroyed$/],
  ])('in the sandbox of the unit sessions are cut too: %s', async (mode, said) => {
    await guest.startAnew(`--cut-sessions=${mode} --threshold=10 --syslog-msgs-file=journal`);
    expect(await guest.visit('192.0.2.68', 0, 40, 100)).toBeLessThan(40);
    await until('the cut', async () => (await guest.said()).some((line) => said.test(line)));
    expect(
      (await guest.said()).filter((line) => line.includes('blocksmtp says this once')),
    ).toEqual([]);
  });

  test('a guesser that is gone when its lines are read is dropped on the word of the journal', async () => {
    await guest.startAnew('--attribution=verified --threshold=10 --syslog-msgs-file=journal');
    await guest.kill();
    expect(await guest.visit('192.0.2.67', 0, 12)).toBe(12);
    await guest.start();
    await guest.dropping('192.0.2.67');
    expect((await guest.said()).join('\n')).toMatch(/block 192\.0\.2\.67 .*proof journal/);
  });
});
