/**
 * The time from the log line that reaches the threshold to the rule in force. Everything is real. A
 * session guesses one name less than the threshold. A second session of the same client, the observer,
 * sends RSET about every millisecond. Then the first session guesses the last name. The time begins with
 * rsyslog's own stamp (microseconds) on that line, which rsyslog takes before it writes the line. It ends
 * when the observer sent its first RSET that got no answer: the rule has dropped that packet. So the
 * figure is the way of the line through rsyslog, the file, blocksmtp and the kernel. It is too long by at
 * most one round of the observer.
 */
import {until} from '../system/lab/until.js';
import {figures, type Figures} from './figures.js';
import {THRESHOLD, type Guard} from './guards.js';

export async function latencyOf(guard: Guard, runs: number): Promise<Figures> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await one(guard, run));
  return figures(values);
}

async function one({lab}: Guard, run: number): Promise<number> {
  const client = lab.client('attacker');
  const from = `192.0.2.${String(150 + run)}`;
  await client.addAddress(from);
  const watched = await client.open({from});
  const guesser = await client.guess({from, count: THRESHOLD - 1, gapMs: 5, keep: true});
  const session = guesser.session ?? 0;
  const watching = client.watch(watched.session);
  const name = `last${String(run)}`;
  await client.guess({from, session, names: [name], quietMs: 300});
  const {firstUnanswered} = await watching;
  if (firstUnanswered === null) throw new Error(`${from} was never cut off`);
  const line = await until('the line', async () =>
    (await lab.relay.logLines()).find((text) => text.includes(`<${name}@`)),
  );
  await client.close(watched.session);
  return firstUnanswered - stampMs(line);
}

/** Reads an RFC 3339 stamp with microseconds, which Date would drop. */
function stampMs(line: string): number {
  const parts = /^(\S+?)\.(\d{6})(\S+) /.exec(line);
  if (!parts) throw new Error(`no stamp: ${line}`);
  return Date.parse(`${parts[1] ?? ''}${parts[3] ?? ''}`) + Number(parts[2]) / 1000;
}
