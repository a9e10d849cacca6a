/**
 * The text of `why HOST`: for each address whether it is blocked, since when, why, and what to do. All names are foreign
 * text (of the DNS, of the log), so each is made printable. The text itself says that a name is no proof.
 */
import {countText} from '../../base/count.js';
import {aboutText} from '../../base/duration.js';
import {printable} from '../../base/printable.js';
import {jsonWithTimes, localTime} from '../../base/time-text.js';
import type {HostAddress, HostView, StateOf} from '../../hosts/host-view.js';
import {type Refusal, refusals, type SeenClient} from '../../hosts/seen.js';
import {scoreText} from '../../judge/because-text.js';

/** Length of a foreign name. Characters. */
const nameCharacters = 80;
/** Length of a reason from the DNS, the disk or a daemon. Characters. */
const reasonCharacters = 300;

/** docs/operating.md describes the fields. */
export const hostJson = (view: HostView): string => `${jsonWithTimes(view, 2)}\n`;

export function hostLines(view: HostView, nowMs: number): string[] {
  const {host, addresses, more, places, sinceMs, unknown} = view;
  const read =
    sinceMs === null
      ? 'no line of the mailer was read'
      : `read ${places.map((each) => printable(each, nameCharacters)).join(', ')}, from ${localTime(sinceMs)} on`;
  return [
    headLine(view),
    ...addresses.flatMap((each) => addressLines(each, nowMs)),
    ...(more === 0 ? [] : [`and ${countText(more, 'further address')}: blocksmtp why ADDRESS`]),
    ...unknown.map((each) => `not known: ${printable(each, reasonCharacters)}`),
    read,
    `an address is only a hint: the owner of the DNS of ${host} chooses its addresses, and anybody can write its name into a sender`,
  ];
}

function headLine(view: HostView): string {
  const {host, addresses} = view;
  if (addresses.length === 0) {
    return `${host}: no address of it is known; ask the sender for the address of their mail server, or for the message that came back: blocksmtp why ADDRESS`;
  }
  const isOut = ({state, inside}: HostAddress): boolean =>
    inside.length > 0 || (state?.block != null && state.passes === null);
  const out = addresses.filter(isOut).length;
  const refused = addresses.filter(({log}) => log?.lastRefusedMs !== undefined).length;
  const found = countText(addresses.length, 'address');
  if (out > 0) return `${host}: ${out} of ${found} blocked`;
  if (addresses.some(({state}) => state === null))
    return `${host}: ${found}; whether it is blocked is not known`;
  return refused > 0
    ? `${host}: none of ${found} is blocked; the mailer refused something of ${refused}`
    : `${host}: none of ${found} is blocked${withoutRefusal(view)}`;
}

/** Only a log that was read can show that mail has not come here. */
function withoutRefusal({addresses, sinceMs}: HostView): string {
  if (sinceMs === null) return '; whether the mailer refused something is not known';
  const taken = addresses.reduce((sum, {log}) => sum + (log?.messages ?? 0), 0);
  return taken > 0
    ? `, and the log has no refusal: ${countText(taken, 'message')} of that sender came here and went on`
    : ', and the log has no refusal: the mail has not come here';
}

function addressLines(address: HostAddress, nowMs: number): string[] {
  const {network, by, log, state, inside} = address;
  const indented = [
    `known by: ${by.join(', ')}${namesText(log)}`,
    ...(log === null ? [] : logLines(log)),
    ...inside.map((each) => `inside of it is blocked: ${each}: blocksmtp why ${each}`),
    ...(state === null ? [] : pastLines(state)),
    ...(state === null ? [] : cureLines(network, state)),
  ];
  return [`${network}: ${standText(state, nowMs)}`, ...indented.map((each) => `    ${each}`)];
}

const namesText = (log: SeenClient | null): string =>
  log === null || log.names.length === 0
    ? ''
    : ` (${log.names.map((name) => printable(name, nameCharacters)).join(', ')})`;

function standText(state: StateOf | null, nowMs: number): string {
  if (state === null) return 'not known whether it is blocked';
  const {exemption, block, passes, score} = state;
  if (exemption !== null) return `never blocked: ${exemption}`;
  if (block === null) {
    return score === null || score === 0 ? 'not blocked' : `not blocked, score ${scoreText(score)}`;
  }
  const {network, fromMs, untilMs, reason, origin} = block;
  const left = aboutText(Math.max(0, Math.ceil((untilMs - nowMs) / 1000)));
  const why = origin === 'operator' ? 'by the operator' : reason;
  const times = `from ${localTime(fromMs)} until ${localTime(untilMs)} (${left} left)`;
  const passing = passes === null ? '' : `; its packets pass all the same: ${passes}`;
  return `blocked with ${network} ${times}: ${why}${passing}`;
}

function logLines({messages, refused, lastRefusedMs, lastMs}: SeenClient): string[] {
  const kinds = (Object.keys(refusals) as Refusal[]).flatMap((kind) => {
    const count = refused[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${refusals[kind]}`];
  });
  const last = lastRefusedMs === undefined ? '' : `, last ${localTime(lastRefusedMs)}`;
  return [
    `log: ${countText(messages, 'message')} of that sender taken, last line ${localTime(lastMs)}`,
    ...(kinds.length === 0 ? [] : [`refused: ${kinds.join(', ')}${last}`]),
  ];
}

/** The earlier blocks. Leaves out the block in force, which the lines above show. */
const pastLines = ({block, lastBlocked}: StateOf): string[] =>
  block !== null || lastBlocked === null
    ? []
    : [`was blocked ${localTime(lastBlocked.atMs)}: ${lastBlocked.reason}`];

function cureLines(network: string, {exemption, block}: StateOf): string[] {
  if (exemption !== null || block === null) return [];
  return [
    `to let it in now: blocksmtp unblock ${block.network}`,
    `to let it in for ever, if you know it: blocksmtp allow ${network}`,
  ];
}
