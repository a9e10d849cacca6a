/**
 * Sessions with unknown recipients. Each session is of another client, which asks for at most `mostNames`
 * different names in the whole log: blocksmtp's threshold. A block would end the counting, and then the
 * bench could not compare what was counted with what was written.
 */
import {acceptedEnvelope, sentLocally} from './honest.js';
import {guessedName, guesser, userName} from './people.js';
import {type Desk, type Entry, mta, type Script} from './script.js';

const mostNames = 10;

export function guessing(desk: Desk, atMs: number): Script {
  const {random} = desk;
  const pid = desk.pid();
  const client = guesser(desk.guessers++, random);
  if (random.chance(10)) return mistyped(desk, atMs, pid, client);
  const lines: Entry[] = [];
  let from = random.below(5000);
  const last = from + mostNames;
  do {
    const names = 1 + random.below(last - from);
    lines.push(...envelope(desk, desk.stamps.queueId(atMs, pid), pid, client, from, names));
    from += names;
  } while (from < last && random.chance(20)); // RSET, and on: another envelope of the same process
  return lines;
}

function envelope(
  {random}: Desk,
  queueId: string,
  pid: number,
  client: string,
  from: number,
  names: number,
): Entry[] {
  const lines: Entry[] = [];
  const isRuleset = random.chance(15);
  for (let n = from; n < from + names; n++) {
    const to = `<${guessedName(n)}@example.net>`;
    const unknown = `${to}... User unknown`;
    // An access map that knows the recipients names the client at once; a local alias file does not.
    const body = isRuleset
      ? `ruleset=check_rcpt, arg1=${to}, relay=${client}, reject=550 5.1.1 ${unknown}`
      : unknown;
    lines.push(mta(pid, `${queueId}: ${body}`, 'unknown'));
  }
  if (random.chance(15)) {
    lines.push(mta(pid, `${queueId}: lost input channel from ${client} to MTA-v4 after rcpt`));
  }
  lines.push(
    mta(
      pid,
      `${queueId}: from=<${userName(random)}@example.org>, size=0, class=0, nrcpts=0, ` +
        `proto=ESMTP, daemon=MTA-v4, relay=${client}`,
      'envelope',
    ),
  );
  return lines;
}

/** An honest session with one wrong name and one right name. */
function mistyped(desk: Desk, atMs: number, pid: number, client: string): Script {
  const queueId = desk.stamps.queueId(atMs, pid);
  const name = guessedName(desk.random.below(5000));
  return [
    mta(pid, `${queueId}: <${name}@example.net>... User unknown`, 'unknown'),
    mta(pid, acceptedEnvelope(desk, queueId, client, 1), 'envelope'),
    sentLocally(desk, desk.pid(), queueId),
  ];
}
