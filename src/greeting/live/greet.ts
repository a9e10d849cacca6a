/**
 * Serves one client that inetd or a socket unit has given us as our standard input. The client waits,
 * and then the command gets the same connection. A client that speaks early or leaves is dropped
 * without an answer.
 */
import type {Say} from '../../base/say.js';
import {printable} from '../../base/printable.js';
import {type Address} from '../../net/address.js';
import {findSockets} from '../../net/socket-table.js';
import {coveringEntry, type Whitelist} from '../../net/whitelist.js';
import {judge, seenByInode} from '../waiting/seen.js';
import {handOver} from '../../sys/greeting/hand-over.js';
import {lastLook} from '../../sys/greeting/last-look.js';
import {inputSocket, isErrorOutputTheInput, socketTables} from '../../sys/greeting/tables.js';
import {OwnAddresses} from '../../sys/outgoing/own-addresses.js';
import {monotonicMs, pauseUnless} from '../../sys/run/clock.js';

/** Time between two looks. Each look reads the table of all sockets of the machine. Ms. */
const lookEveryMs = 1000;
/** Longest text of an early talker in the log. Characters. */
const saidCharacters = 100;

interface GreetInput {
  readonly waitMs: number;
  readonly exempt: Whitelist;
  readonly command: readonly string[];
  readonly say: Say;
  /** When given: drops a client that waits, or ends the command. */
  readonly end: AbortSignal;
}

type Greeted =
  | {readonly kind: 'noConnection'}
  | {readonly kind: 'dropped'}
  /** The command could not be run. */
  | {readonly kind: 'failed'}
  | {
      readonly kind: 'ended';
      readonly code: number | null;
      readonly signal: string | null;
    };

export async function greet(input: GreetInput): Promise<Greeted> {
  const {waitMs, exempt, say} = input;
  const inode = inputSocket();
  if (inode === undefined) return {kind: 'noConnection'};
  const client = findSockets(await socketTables(), [inode])[0]?.remote;
  if (client === undefined) {
    say('notice', 'greet: no client: it has left, or this is no connection of TCP');
    return {kind: 'dropped'};
  }
  const ours = new OwnAddresses((level, message) => say(level, `greet: ${message}`));
  if (ours.is(client) || coveringEntry(exempt, client) !== undefined) {
    return serve(client, 'peer', input);
  }
  const beganMs = monotonicMs();
  for (;;) {
    const waitedMs = monotonicMs() - beganMs;
    const leftMs = waitMs - waitedMs;
    if (leftMs <= 0) return serve(client, 'silence', input);
    await pauseUnless(input.end, Math.min(leftMs, lookEveryMs));
    if (input.end.aborted) return {kind: 'dropped'};
    const seen = seenByInode(await socketTables(), inode);
    // The table is read in pieces and can lack a socket once. The last look asks the socket itself.
    const found = seen === undefined ? 'silent' : judge(seen);
    if (found !== 'silent') return drop(client, found, monotonicMs() - beganMs, say);
  }
}

function drop(
  client: Address,
  why: 'early' | 'left',
  waitedMs: number,
  say: Say,
  said = '',
): Greeted {
  const what = why === 'early' ? 'spoke before the greeting' : 'left';
  const words = said === '' ? '' : `: ${JSON.stringify(printable(said, saidCharacters))}`;
  say('notice', `greet: ${client.text} ${what} after ${Math.round(waitedMs)} ms${words}`);
  return {kind: 'dropped'};
}

async function serve(
  client: Address,
  look: 'silence' | 'peer',
  {waitMs, command, say, end}: GreetInput,
): Promise<Greeted> {
  const child = handOver({
    words: lastLook(look, '', '', command),
    // inetd connects standard error output to the client, too: error messages must not go there.
    stdio: [0, 1, isErrorOutputTheInput() ? 'ignore' : 2],
    group: 'ours',
  });
  child.look();
  const stop = (): void => child.kill('SIGTERM');
  end.addEventListener('abort', stop, {once: true});
  const found = await child.verdict;
  const [code, signal] = await child.ended;
  end.removeEventListener('abort', stop);
  switch (found.kind) {
    case 'handed':
      return {kind: 'ended', code, signal};
    case 'early':
      return drop(client, 'early', waitMs, say, found.said);
    case 'left':
      return drop(client, 'left', look === 'peer' ? 0 : waitMs, say);
    case 'failed':
      say('error', `greet: ${client.text} is not served: ${found.why}`);
      return {kind: 'failed'};
  }
}
