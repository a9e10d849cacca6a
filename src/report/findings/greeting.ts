/** What `doctor` finds about the greeting: the gate, the detection of early talk, and sendmail's own pause. */
import {countText} from '../../base/count.js';
import {durationText} from '../../base/duration.js';
import type {Facts} from './facts.js';
import {advice, bad, type Finding, good} from '../finding.js';
import type {GreetingFacts} from '../greeting/facts.js';
import {isSilent} from '../greeting/silence.js';
import {takenText} from '../../greeting/at-port.js';
import type {Pause} from '../../greeting/pause.js';
import type {GreetingView} from '../../greeting/view.js';
import type {Status} from '../status.js';

/** With fewer places, a burst makes mailers wait for seconds before they are connected. A count. */
const fewPlaces = 50;

/** After running for so long, the gate should have seen an unknown client. Ms: an hour, which suits quiet relays. */
const unseenMs = 3_600_000;

export function greetingFindings(facts: Facts): Finding[] {
  const {config, greeting} = facts;
  if (config.greeting === 'off') return [];
  return [
    ...gateFindings(facts),
    ...programFindings(facts),
    ...(greeting === undefined ? [] : pauseFindings(greeting)),
  ];
}

function gateFindings({config, status, nowMs, greeting}: Facts): Finding[] {
  const isGate = config.greeting === 'gate' || config.greeting === 'strict';
  if (!isGate || 'unavailable' in status || status.greeting === undefined) return [];
  const view = status.greeting;
  // A gate that reports has the port, whatever the name of its process is.
  const taken = view.taken ?? (isSilent(view, nowMs) ? greeting?.taken : undefined);
  if (taken !== undefined) {
    return [bad(`greeting: ${takenText(config.greetingPort, taken)}`)];
  }
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
    ...(view.unruled === undefined ? [] : [advice(unruledText(view.unruled))]),
    ...(missing.length === 0 ? unseenFindings(view, status, nowMs) : []),
  ];
}

const unruledText = (unruled: number): string =>
  `the backend iptables has no rule for ${countText(unruled, 'client')} that need not wait: they wait at the gate as strangers do, also exempt ones; backend = "nftables" or "ipset" has room for all`;

/** Everything is in order, but no client comes: the rules lead to a port that other rules close. */
function unseenFindings({fates, gate}: GreetingView, {sinceMs}: Status, nowMs: number): Finding[] {
  const clients = Object.values(fates).reduce((sum, count) => sum + count, gate?.waiting ?? 0);
  const isLong = sinceMs !== undefined && nowMs - sinceMs >= unseenMs;
  if (clients > 0 || !isLong || gate === undefined) return [];
  const since = durationText(Math.floor((nowMs - sinceMs) / 1000));
  return [
    advice(
      `the gate has seen no client in ${since}, though the rules lead unknown ones to it: a firewall of yours must let port ${gate.port} in, as it does 25; where no unknown client calls, all is well`,
    ),
  ];
}

function programFindings({programs, config}: Facts): Finding[] {
  const isGate = config.greeting !== 'observe';
  if (config.backend === 'iptables') {
    const what = isGate ? 'and at the gate only' : 'only';
    return [
      advice(
        `the backend iptables cannot remember who spoke before the greeting: early talk is seen in sendmail's log ${what}; backend = "ipset" or "nftables" sees it in the kernel, too`,
      ),
    ];
  }
  const tool = config.backend === 'nftables' ? 'nft' : 'ipset';
  if (programs.get(tool) !== undefined) return [];
  const what = `${tool} is not there: nothing of the greeting stands in the firewall`;
  return [isGate ? bad(what) : advice(what)];
}

const printed = 'blocksmtp greeting advise prints the lines';

function pauseFindings({pause, waiting, database, listenQueue}: GreetingFacts): Finding[] {
  const few = listenQueue !== undefined && listenQueue < fewPlaces;
  const queue = few
    ? [
        advice(
          `the mailer's listen queue has ${listenQueue} places: a burst fills it, and mailers wait to be connected (Listen=; ${printed})`,
        ),
      ]
    : [];
  const ofDatabase =
    pause?.kind === 'on' && pause.accessMap === 'asked' && database === 'stale'
      ? [advice("sendmail's access map is newer than its database: makemap was not run")]
      : [];
  return [...(pause === undefined ? [] : ofPause(pause, waiting)), ...ofDatabase, ...queue];
}

/** At most so many networks are named. A count. */
const mostNamed = 3;

function ofPause(pause: Pause, waiting: GreetingFacts['waiting']): Finding[] {
  if (pause.kind === 'off') {
    return [good(`sendmail does not pause before its greeting (${printed})`)];
  }
  const seconds = durationText(Math.round((pause.ms ?? 0) / 1000));
  const told = good(`sendmail pauses for ${seconds} before its greeting`);
  if ((pause.ms ?? 0) === 0) return [told];
  if (pause.accessMap === 'notAsked') {
    const own = 'loopback, your own addresses and the whitelist wait';
    return [told, advice(`${own} for sendmail's greeting as strangers do: ${printed}`)];
  }
  if (waiting === 'unreadable') {
    const what =
      "sendmail's access map cannot be read, so nobody can tell who waits for its greeting";
    return [told, advice(`${what}: run doctor as root`)];
  }
  if (waiting.length === 0) {
    return [told, good('loopback, your own addresses and the whitelist do not wait for it')];
  }
  const more = waiting.length > mostNamed ? ` and ${waiting.length - mostNamed} more` : '';
  const named = `${waiting.slice(0, mostNamed).join(', ')}${more}`;
  const what = waiting.length === 1 ? 'waits' : 'wait';
  return [
    told,
    advice(
      `${named} ${what} for sendmail's greeting as strangers do, by its access map: ${printed}`,
    ),
  ];
}
