/**
 * From the threshold's log line to the rule in force. Everything is real: a session guesses one name
 * short of the threshold; a second session of the same client asks RSET about every millisecond; then
 * the last name is guessed. The beginning is rsyslog's own stamp (microseconds) on the line that
 * reached the threshold: it is taken before the line is written to the file. The end is the moment
 * the observer sent its first question that was not answered: a packet that the rule has dropped.
 * So the figure is what the line takes through rsyslog, the file, blocksmtp and the kernel, and is
 * too long by at most one round of the observer.
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

/** RFC 3339 with microseconds: Date alone would drop them. */
function stampMs(line: string): number {
  const parts = /^(\S+?)\.(\d{6})(\S+) /.exec(line);
  if (!parts) throw new Error(`no stamp: ${line}`);
  return Date.parse(`${parts[1] ?? ''}${parts[3] ?? ''}`) + Number(parts[2]) / 1000;
}
