/** What an operator may ask of the daemon, and the answer. How it is answered is in `operator.ts`. */
import {type Block, refusal} from '../blocks/block.js';
import {type Network, parseNetwork} from '../net/network.js';
import type {SenderHour} from '../outgoing/sender-hours.js';
import type {Status} from '../report/status.js';

export type Request =
  | {readonly command: 'list'}
  | {readonly command: 'status'}
  | {readonly command: 'flush'}
  | {readonly command: 'resume'}
  | {readonly command: 'senders'; readonly seconds: number}
  | {readonly command: 'block'; readonly network: string; readonly seconds: number}
  | {readonly command: 'unblock'; readonly network: string}
  | {readonly command: 'why'; readonly network: string};

export type NetworkRequest = Pick<Extract<Request, {network: string}>, 'command' | 'network'>;

export type Answer =
  | {readonly kind: 'blocks'; readonly blocks: readonly Block[]}
  /** `exemption`: why the network is never blocked; null: it may be. */
  | {readonly kind: 'why'; readonly lines: readonly string[]; readonly exemption: string | null}
  | {readonly kind: 'status'; readonly status: Status}
  | {readonly kind: 'senders'; readonly senders: readonly SenderHour[]}
  | {readonly kind: 'done' | 'notBlocked' | 'notStopped' | 'refused'; readonly message: string};

/** The longest block an operator can ask for. Seconds: ten years stand for always. */
export const longestOperatorSeconds = 3650 * 86_400;

/** @returns undefined for anything that is no request */
export function parseRequest(value: unknown): Request | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const {command, network, seconds} = value as Record<string, unknown>;
  if (command === 'list' || command === 'status') return {command};
  if (command === 'flush' || command === 'resume') return {command};
  if (command === 'senders') {
    return Number.isInteger(seconds) && Number(seconds) > 0
      ? {command, seconds: Number(seconds)}
      : undefined;
  }
  if (typeof network !== 'string') return undefined;
  if (command === 'unblock' || command === 'why') return {command, network};
  if (command !== 'block' || typeof seconds !== 'number') return undefined;
  const good = Number.isInteger(seconds) && seconds >= 1 && seconds <= longestOperatorSeconds;
  return good ? {command, network, seconds} : undefined;
}

/** The network that a request names, or why it can be none of this command, whatever the state. */
export function readNetwork({command, network: text}: NetworkRequest): ReadNetwork {
  const network = parseNetwork(text);
  if (network === undefined) {
    const wrong = JSON.stringify(text.slice(0, quotedCharacters));
    const message = `${wrong}: expected an IPv4 or IPv6 address or network`;
    return {kind: 'refused', message};
  }
  const message = command === 'block' ? refusal(network) : undefined;
  return message === undefined ? {kind: 'network', network} : {kind: 'refused', message};
}

/** A trial is for as long as somebody sits there and looks. Seconds. */
export const trialSeconds = {least: 10, most: 86_400} as const;

/** Longest quotation of a wrong word. Characters. */
export const quotedCharacters = 80;

export type ReadNetwork =
  | {readonly kind: 'network'; readonly network: Network}
  | {readonly kind: 'refused'; readonly message: string};
