/** Runs `explain` and `replay` on the relay's log: gives what each line means, and the counts by client. */
import type {Relay} from '../relay.js';

export type Explained = {
  line: string;
  record: {pid: number; program: string; message: string} | null;
  event: {kind: string; queueId?: string; client?: string; subject?: string} | null;
  outcome: string;
};

const LOG = '/var/log/mail.log';

/** Every line of the log with what blocksmtp reads from it. */
export async function explain(relay: Relay): Promise<Explained[]> {
  const text = await relay.sh('/usr/sbin/blocksmtp', ['explain', '--json', LOG]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Explained);
}

/** Unknown names by client, with those that the next hop did not know. */
export async function replayCounts(relay: Relay): Promise<Map<string, number>> {
  // never blocked, so that everything is counted
  const args = ['replay', '--debug=3', '--threshold=1000', LOG];
  const {code, stderr} = await relay.blocksmtp(args);
  if (code !== 0) throw new Error(`replay: ${String(code)}\n${stderr}`);
  const counts = new Map<string, number>();
  // each line once, because replay may read a log twice and then prints everything twice
  for (const line of new Set(stderr.split('\n').map((one) => one.replace(/^\S+ /, '')))) {
    const client = /^info (\S+) (?:asked for|undeliverable) .*score /.exec(line)?.[1];
    if (client !== undefined) counts.set(client, (counts.get(client) ?? 0) + 1);
  }
  return counts;
}
