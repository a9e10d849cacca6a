/**
 * Asks the daemon that runs, and reads its answer once for all commands. What a command does where no
 * daemon runs is its own.
 */
import {parseAnswer} from '../../control/answer.js';
import type {Answer, Request} from '../../control/protocol.js';
import {askControl} from '../../sys/talk/control-socket.js';

type Asked =
  | {readonly kind: 'answer'; readonly answer: Answer}
  | {readonly kind: 'noDaemon'; readonly file: 'none' | 'dead'}
  | {readonly kind: 'failed'; readonly why: string; readonly waitedMs?: number};

/** @param patienceMs see `askControl` */
export async function askDaemon(
  controlSocket: string,
  request: Request,
  patienceMs?: number,
): Promise<Asked> {
  const asked = await askControl(controlSocket, request, patienceMs);
  if (asked.kind !== 'answer') return asked;
  const answer = parseAnswer(asked.answer);
  return answer === undefined
    ? {kind: 'failed', why: 'what answers is no daemon of this version'}
    : {kind: 'answer', answer};
}
