/** Kinds with several values, separated by commas. */
import {type Network, parseNetwork} from '../../net/network.js';
import type {Kind} from './kind.js';

const logSource = /^(?:auto|journal|\/(?:[^\0\n,*?]{0,4095}\/)?[^\0\n,/]{1,255})$/;

/** Where the log is: files, patterns, the journal; separated by commas. */
export const logSources: Kind<readonly string[]> = {
  placeholder: 'PATH',
  bounds:
    '`auto`, or paths that begin with / (`*` and `?` in the last part only) and the word `journal`, with commas between them',
  write: (value) => JSON.stringify(value.join(',')),
  read: (raw) => {
    const value = String(raw).split(',');
    const isAlone = value.length === 1 || !value.includes('auto');
    return isAlone && value.every((source) => logSource.test(source))
      ? {ok: true, value}
      : {ok: false, expected: logSources.bounds};
  },
};

/** Words of one shape, separated by commas; an empty text is an empty list. */
export function list(
  shape: RegExp,
  most: number,
  bounds: string,
  placeholder: string,
): Kind<readonly string[]> {
  const expected = `${bounds}, at most ${most}, with commas between them`;
  return {
    placeholder,
    bounds: expected,
    write: (value) => JSON.stringify(value.join(',')),
    read: (raw) => {
      const value =
        raw === ''
          ? []
          : String(raw)
              .split(',')
              .map((word) => word.trim());
      return value.length <= most && value.every((word) => shape.test(word))
        ? {ok: true, value}
        : {ok: false, expected};
    },
  };
}

/** More names than any mailer uses in the log. A count. */
const mostProgramNames = 8;
const programName = /^[^\s[\]:,]{1,64}$/;

/** Program names as syslog writes them, or the word `auto` alone. */
export const programNames: Kind<readonly string[]> = {
  placeholder: 'NAME',
  bounds: `\`auto\`, or program names as the syslog writes them, at most ${mostProgramNames}, with commas between them`,
  write: (value) => JSON.stringify(value.join(',')),
  read: (raw) => {
    const value = String(raw)
      .split(',')
      .map((word) => word.trim());
    const isAlone = value.length === 1 || !value.includes('auto');
    const isGood = isAlone && value.length <= mostProgramNames;
    return isGood && value.every((word) => programName.test(word))
      ? {ok: true, value: [...new Set(value)]}
      : {ok: false, expected: programNames.bounds};
  },
};

/** One or more TCP ports, separated by commas. */
export const ports: Kind<readonly number[]> = {
  placeholder: 'PORTS',
  bounds: 'one to eight ports from 1 to 65535, with commas between them',
  write: (value) => JSON.stringify(value.join(',')),
  read: (raw) => {
    const value = portsIn(String(raw), 8);
    return value ? {ok: true, value} : {ok: false, expected: ports.bounds};
  },
};

/** @returns undefined unless the text names one to `most` ports */
function portsIn(text: string, most: number): readonly number[] | undefined {
  const words = text.split(',').map((word) => word.trim());
  const value = words.map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : 0));
  const isGood = value.length <= most && value.every((port) => port >= 1 && port <= 65_535);
  return isGood ? [...new Set(value)] : undefined;
}

/** The most ports that one rule of iptables can name (`-m multiport`). A count. */
const mostPorts = 15;

/** The most ports of the mailer at which blocks hold if there is a gate, whose port the same rule names. A count. */
export const mostMailerPorts = mostPorts - 1;

/** TCP ports in ascending order, or `auto`. */
export const portsOrAuto: Kind<'auto' | readonly number[]> = {
  placeholder: 'PORTS',
  bounds: `auto, or one to ${mostPorts} ports from 1 to 65535, with commas between them`,
  write: (value) => JSON.stringify(value === 'auto' ? value : value.join(',')),
  read: (raw) => {
    if (raw === 'auto') return {ok: true, value: raw};
    const value = portsIn(String(raw), mostPorts);
    return value
      ? {ok: true, value: [...value].sort((a, b) => a - b)}
      : {ok: false, expected: portsOrAuto.bounds};
  },
};

/**
 * The most hook chains. A count: each check reads each of them, and a packet may pass through each.
 */
const mostHookChains = 4;

/**
 * iptables(8) allows 28 characters. Packets in the excluded chains are outgoing, or not yet
 * filtered.
 */
const hookChain =
  /^(?!(?:OUTPUT|PREROUTING|POSTROUTING|ACCEPT|DROP|RETURN|QUEUE|REJECT|LOG)$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,27}$/;

/** One or more chains of the filter table that lead packets to ours. */
export const hookChains: Kind<readonly string[]> = {
  placeholder: 'CHAINS',
  bounds: `one to ${mostHookChains} chains, such as INPUT, FORWARD or DOCKER-USER, with commas between them`,
  write: (value) => JSON.stringify(value.join(',')),
  read: (raw) => {
    const words = String(raw)
      .split(',')
      .map((word) => word.trim());
    const value = [...new Set(words)];
    return value.length <= mostHookChains && value.every((word) => hookChain.test(word))
      ? {ok: true, value}
      : {ok: false, expected: hookChains.bounds};
  },
};

/** Networks, separated by commas; an empty text is an empty list. */
export const networks: Kind<readonly Network[]> = {
  placeholder: 'NETWORKS',
  bounds:
    'addresses or networks such as 192.0.2.25 or 2001:db8::/32 (never /0), at most 64, with commas between them',
  write: (value) => JSON.stringify(value.map(({text}) => text).join(',')),
  read: (raw) => {
    const words = raw === '' ? [] : String(raw).split(',');
    const value = words.flatMap((word) => parseNetwork(word.trim()) ?? []);
    return value.length === words.length && value.length <= 64
      ? {ok: true, value}
      : {ok: false, expected: networks.bounds};
  },
};
