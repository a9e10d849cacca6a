/** Plays scenarios against a relay, and notes what really happened, to compare the log with it. */
import type {Conversation} from '../dialog.js';
import type {Lab} from '../lab.js';
import {sleep, until} from '../until.js';
import {clients} from './clients.js';
import {CROWD} from './relay.js';
import type {Scenario} from './scenario.js';

export type Truth = {
  /** By pid of sendmail, the address of the client that it served: its greeting had the queue id. */
  readonly clientOf: Map<number, string>;
  /** How many recipients the relay said do not exist, by client. */
  readonly refusals: Map<string, number>;
};

const LOG = '/var/log/mail.log';
const REFUSAL = /^55\d 5\.\d\.\d .*(?:User unknown|No such user here|disabled for this recipient)$/;

async function playOne(
  lab: Lab,
  {client, talks, together}: Scenario,
  truth: Truth,
  timeoutMs: number,
): Promise<void> {
  const crowd = lab.client(CROWD);
  const from = clients[client];
  const family = from.includes(':') ? 6 : 4;
  const one = async (index: number): Promise<void> => {
    const talk = talks[index];
    if (talk === undefined) return;
    note(truth, from, await crowd.dialog({...talk, family, from, timeoutMs}));
    if (!together) await one(index + 1);
  };
  await Promise.all((together ? [...talks.keys()] : [0]).map(one));
}

function note({clientOf, refusals}: Truth, from: string, said: Conversation): void {
  const pid = /; envelope \w{8}(\d{6,})$/.exec(said.banner ?? '')?.[1];
  if (pid !== undefined) clientOf.set(Number(pid), from);
  const refused = said.answers.filter(
    // VRFY, EXPN and MAIL are refused in the same words
    ({command, line}) => command.startsWith('RCPT') && REFUSAL.test(line ?? ''),
  ).length;
  refusals.set(from, (refusals.get(from) ?? 0) + refused);
}

/** Plays a few at a time, so that lines of several sessions are mixed as in real logs. */
export async function play(
  lab: Lab,
  scenarios: readonly Scenario[],
  {lanes = 16, timeoutMs = 12_000} = {},
): Promise<Truth> {
  const truth: Truth = {clientOf: new Map(), refusals: new Map()};
  // the longest first, so that the whole takes the shortest time
  const waiting = [...scenarios].sort((a, b) => (b.lastsMs ?? 0) - (a.lastsMs ?? 0));
  const lane = async (): Promise<void> => {
    for (let next; (next = waiting.shift());) await playOne(lab, next, truth, timeoutMs);
  };
  await Promise.all([...Array.from({length: lanes}, lane), playLocalUser(lab)]);
  await settled(lab);
  return truth;
}

/** Mail of a user of the relay itself: through the queue, and by a mail program that does not wait for answers. */
async function playLocalUser({relay}: Lab): Promise<void> {
  const input = 'Subject: local\n\ntext\n';
  await relay.run('/usr/sbin/sendmail', ['ghostlocal@example.net'], {input, user: 'alice'});
  const hasty = 'HELO x\r\nMAIL FROM:<alice>\r\nQUIT\r\n';
  await relay.run('/usr/sbin/sendmail', ['-bs'], {input: hasty, user: 'alice'});
}

/** Waits until no sendmail child is left and the log no longer grows. */
async function settled(lab: Lab): Promise<void> {
  const {relay} = lab;
  await until('all sessions and deliveries to end', async () => {
    const titles = await relay.sh('ps', ['-eo', 'args', '--no-headers']);
    return !/^sendmail: MTA: (?!accepting connections)/m.test(titles);
  });
  let length = -1;
  await until('the log to stand still', async () => {
    const before = length;
    length = (await relay.logLines(LOG)).length;
    if (length === before) return true;
    await sleep(100);
    return false;
  });
}
