/** What `doctor` finds of the greeting: the gate, what the kernel tells, and sendmail's own pause. */
import {durationText} from '../../base/duration.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from '../finding.js';
import type {GreetingFacts} from '../greeting/facts.js';
import {isSilent} from '../greeting/silence.js';
import type {Pause} from '../../greeting/pause.js';

/** Below this a burst lets mailers wait for seconds before they are connected. A count. */
const fewPlaces = 50;

export function greetingFindings(facts: Facts): Finding[] {
  const {config, greeting} = facts;
  if (config.greeting === 'off') return [];
  return [
    ...gateFindings(facts),
    ...programFindings(facts),
    ...(greeting === undefined ? [] : [...kernelFindings(greeting), ...pauseFindings(greeting)]),
  ];
}

function gateFindings({config, status, nowMs}: Facts): Finding[] {
  const isGate = config.greeting === 'gate' || config.greeting === 'strict';
  const view = 'unavailable' in status ? undefined : status.greeting;
  if (!isGate || view === undefined) return [];
  if (isSilent(view, nowMs)) {
    const what = `greeting = "${config.greeting}", but no gate reports: clients go straight to the mailer; start blocksmtp gate`;
    return [bad(what)];
  }
  const missing = view.rules.filter(({state}) => state === 'missing');
  return [
    good('the gate reports'),
    ...missing.map(({family}) =>
      bad(`the rules of IPv${family} are missing that lead unknown clients to the gate`),
    ),
    ...(view.gate?.state === 'full'
      ? [advice('the gate is full: clients go straight to the mailer (greeting_children_max)')]
      : []),
  ];
}

function programFindings({programs, config}: Facts): Finding[] {
  const has = (name: string): boolean => programs.get(name) !== undefined;
  if (has('nft') || has('ipset')) return [];
  const what =
    'neither nft nor ipset is there: the kernel cannot remember who spoke before the greeting';
  return [config.greeting === 'observe' ? advice(what) : bad(what)];
}

function kernelFindings({accounting}: GreetingFacts): Finding[] {
  if (accounting === 'on') return [good('the kernel counts the packets of connections')];
  if (accounting === 'absent') return [];
  return [
    advice(
      'net.netfilter.nf_conntrack_acct is 0: the kernel does not show who speaks before the greeting; sysctl -w net.netfilter.nf_conntrack_acct=1, and into /etc/sysctl.d',
    ),
  ];
}

const printed = 'blocksmtp greeting advise prints the lines';

function pauseFindings({pause, loopback, listenQueue}: GreetingFacts): Finding[] {
  const few = listenQueue !== undefined && listenQueue < fewPlaces;
  const queue = few
    ? [
        advice(
          `the mailer's listen queue has ${listenQueue} places: a burst fills it, and mailers wait to be connected (Listen=; ${printed})`,
        ),
      ]
    : [];
  return [...(pause === undefined ? [] : ofPause(pause, loopback)), ...queue];
}

function ofPause(pause: Pause, loopback: GreetingFacts['loopback']): Finding[] {
  if (pause.kind === 'off') {
    return [good(`sendmail does not pause before its greeting (${printed})`)];
  }
  const seconds = durationText(Math.round((pause.ms ?? 0) / 1000));
  const told = good(`sendmail pauses for ${seconds} before its greeting`);
  const waits = pause.accessMap === 'notAsked' || loopback === 'waits';
  const own = advice(`loopback waits for sendmail's greeting as strangers do: ${printed}`);
  return waits && (pause.ms ?? 0) > 0 ? [told, own] : [told];
}
