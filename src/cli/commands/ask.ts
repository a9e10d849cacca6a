/**
 * Asks the running daemon, and reads its answer; all commands use this. Each command decides what it
 * does if no daemon runs.
 *
 * A process that works on the state but does not listen, because somebody removed its socket or its
 * state, still counts as a daemon.
 */
import {parseAnswer} from '../../control/answer.js';
import type {Answer, Request} from '../../control/protocol.js';
import {deniedText, sideSocketOf} from '../../control/reading.js';
import type {Config} from '../../config/schema.js';
import {SilenceWatch} from '../inspect/hung-daemon.js';
import {lockHolder} from '../../sys/proc/lock-holder.js';
import {askControl, longestAnswerMs} from '../../sys/talk/control-socket.js';

type Asked =
  | {readonly kind: 'answer'; readonly answer: Answer}
  | {readonly kind: 'noDaemon'; readonly file: 'none' | 'dead'}
  | {readonly kind: 'failed'; readonly why: string; readonly waitedMs?: number};

/** @param patienceMs how long to wait, as in `askControl` */
export async function askDaemon(
  controlSocket: string,
  request: Request,
  patienceMs?: number,
): Promise<Asked> {
  let asked = await askControl(controlSocket, request, patienceMs);
  const side = sideSocketOf(controlSocket, request);
  if (asked.kind === 'failed' && asked.isDenied && side !== undefined) {
    const again = await askControl(side, request, patienceMs);
    if (again.kind !== 'noDaemon') asked = again;
  }
  if (asked.kind === 'failed' && asked.isDenied) return {kind: 'failed', why: deniedText(request)};
  if (asked.kind !== 'answer') return asked;
  const answer = parseAnswer(asked.answer);
  return answer === undefined
    ? {kind: 'failed', why: 'what answers is no daemon of this version'}
    : {kind: 'answer', answer};
}

/** The same, and if the daemon does not answer, what can be seen of its process. */
export async function askWatched(
  config: Config,
  request: Request,
  patienceMs = longestAnswerMs,
): Promise<
  Exclude<Asked, {kind: 'failed'}> | {readonly kind: 'failed' | 'hung'; readonly why: string}
> {
  const watch = new SilenceWatch(config, patienceMs);
  const asked = await askDaemon(config.controlSocket, request, patienceMs);
  watch.end();
  if (asked.kind !== 'failed') return asked;
  const {why, waitedMs} = asked;
  return waitedMs === undefined
    ? {kind: 'failed', why}
    : {kind: 'hung', why: await watch.text(waitedMs)};
}

type Place = Pick<Config, 'controlSocket' | 'stateDir'>;

/** @returns undefined: no process works on the state */
export function unasked({controlSocket, stateDir}: Place): string | undefined {
  const holder = lockHolder(stateDir);
  return holder && textOf(holder, {controlSocket, stateDir});
}

/** The same, but only for a process that will not listen again by itself: its state was removed. */
export function unaskedForLong({controlSocket, stateDir}: Place): string | undefined {
  const holder = lockHolder(stateDir);
  return holder?.directory === 'removed' ? textOf(holder, {controlSocket, stateDir}) : undefined;
}

function textOf(
  {pid, directory}: NonNullable<ReturnType<typeof lockHolder>>,
  {controlSocket, stateDir}: Place,
): string {
  const removed = directory === 'removed' ? ' (removed while it runs)' : '';
  const cure = `if it is the daemon it listens again after its next check, or at once after: kill -HUP ${pid}`;
  return `process ${pid} works on ${stateDir}${removed}, and does not listen at ${controlSocket}: ${cure}`;
}
