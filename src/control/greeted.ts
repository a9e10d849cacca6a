/**
 * What the greeting knows about one client, and whether the client has to wait, as `why` shows it. Reads the tables
 * of the state; decides nothing.
 */
import {loginMs} from '../blocks/passes.js';
import type {Config} from '../config/schema.js';
import {GreetedClients} from '../greeting/greeted.js';
import {Passed} from '../greeting/passed.js';
import type {GreetedView} from '../greeting/view.js';
import type {State} from '../guard/state.js';
import type {ClientView} from '../judge/view.js';
import {addressOf} from '../net/address.js';
import {type Network, parseNetwork} from '../net/network.js';
import {type Exemption, exemptionText} from '../score/exempt.js';

export interface Known {
  readonly network: Network;
  readonly known: ClientView | null;
  readonly exempt: Exemption | undefined;
}

type Terms = Pick<Config, 'greeting' | 'greetingPassed'> & {
  /** How many known clients have no rule (`greeting/view.ts`). A count. */
  readonly unruled: number;
};

type Tables = Pick<State, 'passed' | 'greeted' | 'submitters'>;

/** @returns undefined if `greeting` is off, or nothing is known */
export function greetedView(
  {network, known, exempt}: Known,
  {passed, greeted, submitters}: Tables,
  {greeting, greetingPassed, unruled}: Terms,
  nowMs: number,
): GreetedView | undefined {
  if (greeting === 'off') return undefined;
  // If nothing is known about the client, the question may be about an address whose network would be the key.
  const client = known?.client ?? clientIn(network, {passed, greeted, submitters});
  const seen = new GreetedClients(greeted).of(client);
  const login = submitters.get(client);
  const isUser = login !== undefined && nowMs - login.lastMs < loginMs;
  const never = whyNever(known, exempt, isUser ? 'user' : 'unknown');
  const passedUntilMs = new Passed(passed, greetingPassed).untilMs(client, nowMs);
  const {early = 0, earlyMs, said, left = 0, leftMs} = seen ?? {};
  const view: GreetedView = {
    ...(passedUntilMs !== undefined && {passedUntilMs}),
    ...(never !== undefined && {exempt: never}),
    ...((never ?? passedUntilMs) !== undefined && unruled > 0 && {unruled}),
    ...(early > 0 && {early: {times: early, lastMs: earlyMs ?? 0, said}}),
    ...(left > 0 && {left: {times: left, lastMs: leftMs ?? 0}}),
  };
  return Object.keys(view).length === 0 ? undefined : view;
}

function whyNever(
  known: ClientView | null,
  exempt: Exemption | undefined,
  login: 'user' | 'unknown',
): string | undefined {
  if (exempt !== undefined) return exemptionText(exempt);
  if (login === 'user') return 'it logged in recently';
  if (known?.standing === 'record') return 'a mailer with a record';
  return known?.friend === 'yes' ? 'our own users write to it' : undefined;
}

/** The key of the client in the tables: for IPv6 usually the /64 around the address. */
function clientIn(network: Network, tables: Tables): string {
  const {text, family, first} = network;
  if (family === 4) return text;
  const half = parseNetwork(`${addressOf(6, first).text}/64`)?.text ?? text;
  const isThere = Object.values(tables).some((table) => table.get(text) !== undefined);
  return isThere ? text : half;
}
