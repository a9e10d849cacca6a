/**
 * Finds another daemon that answers at our control socket, and says what to do. Two daemons cannot share a socket;
 * with the same chain, each would remove the rules of the other. A dry run answers at no socket. `resources.ts`
 * decides how long to wait.
 */
import {localTime} from '../base/time-text.js';
import {effectiveConfig} from '../config/effective.js';
import type {Config} from '../config/schema.js';
import {parseAnswer} from '../control/answer.js';
import {lockHolder} from '../sys/proc/lock-holder.js';
import {askControl} from '../sys/talk/control-socket.js';

/**
 * How long to wait for another daemon's answer. Ms: it takes some milliseconds, on a busy machine
 * longer.
 */
const answerMs = 2000;

/** @returns what to tell the operator; undefined: no daemon answers */
export async function otherDaemon(config: Config): Promise<string | undefined> {
  const asked = await askControl(config.controlSocket, {command: 'status'}, answerMs);
  if (asked.kind !== 'answer') return undefined;
  const answer = parseAnswer(asked.answer);
  if (answer?.kind !== 'status') return socketText(config, undefined);
  const {stateDir} = effectiveConfig(config, answer.status.settings);
  return stateDir === config.stateDir ? stateText(config) : socketText(config, stateDir);
}

/** The message that another daemon works on our state: which, since when, and what to do. */
function stateText({stateDir}: Config): string {
  const {pid, startedMs} = lockHolder(stateDir) ?? {};
  const which = pid === undefined ? '' : ` (process ${pid}${sinceText(startedMs)})`;
  return `another blocksmtp works on ${stateDir}${which}: it guards already, see blocksmtp status; to change settings: blocksmtp reload; to start it anew: systemctl restart blocksmtp${pid === undefined ? '' : `, or kill ${pid} first`}`;
}

/** The message that a daemon with another state, or with an unknown one, answers at our socket. */
function socketText({controlSocket}: Config, stateDir: string | undefined): string {
  const {pid, startedMs} = (stateDir === undefined ? undefined : lockHolder(stateDir)) ?? {};
  const facts = [
    ...(pid === undefined ? [] : [`process ${pid}${sinceText(startedMs)}`]),
    ...(stateDir === undefined ? [] : [`state ${stateDir}`]),
  ];
  const which = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `another blocksmtp answers at ${controlSocket}${which}: two cannot share the socket and the chain; to try settings: --dry-run; to run two: control_socket and chain names of its own`;
}

const sinceText = (startedMs: number | undefined): string =>
  startedMs === undefined ? '' : `, since ${localTime(startedMs)}`;
