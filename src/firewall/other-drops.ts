/**
 * Which rules of the filter table drop the packets of one address: those of fail2ban, of the administrator, of
 * a saved rule set. Walks a listing (`filter-table.ts`) as a packet does. Reports only rules that match the
 * source: a port that is closed to everybody is not about the address. The caller decides which chains to
 * walk, and what to print.
 */
import {targetOf} from './filter-table.js';
import {parseAddress} from '../net/address.js';
import {type Network, parseNetwork} from '../net/network.js';

/** A rule that drops the address. `perhaps`: it has a further condition that cannot be evaluated here. */
export interface OtherDrop {
  readonly chain: string;
  readonly rule: string;
  readonly drops: 'yes' | 'perhaps';
}

export interface DropQuestion {
  readonly network: Network;
  /** The built-in chains that the address's packets enter. */
  readonly from: readonly string[];
  /** The ports of the mailer. */
  readonly ports: readonly number[];
  /** Chains to skip. */
  readonly isOurs: (chain: string) => boolean;
  /** Whether an ipset set contains the address; undefined: not looked up yet. */
  readonly inSet: (set: string) => boolean | undefined;
}

export interface DropsFound {
  /** In the order in which a packet meets them. */
  readonly drops: readonly OtherDrop[];
  /** Rules beyond those listed. A count. */
  readonly more: number;
  /** Sets that occur in rules and were not looked up yet. */
  readonly unasked: readonly string[];
}

/** Rules that a report names. A count: one is enough to know where to look. */
export const mostDrops = 5;
/** The most rules looked at. A count: the longest listing that a program may print has fewer. */
const mostLooked = 1_000_000;
/** The greatest depth of nested chains. A count: nf_tables allows 16, and nobody has so many. */
export const mostDepth = 200;
/** The most sets looked up. A count: each costs a call of ipset. */
export const mostSets = 20;

const dropping: readonly string[] = ['DROP', 'REJECT', 'TARPIT'];
/** A queued packet never returns to the rules. */
const accepting: readonly string[] = ['ACCEPT', 'QUEUE', 'NFQUEUE'];

/** How a rule matches the packets. */
interface Meeting {
  /** `all`: packets to any of the ports. `some`: to some of the ports. */
  readonly meets: 'all' | 'some' | 'perhaps';
  /** Whether the rule matches by source. */
  readonly source: 'chosen' | 'any';
}

type Way = 'goesOn' | 'ended';

export function otherDrops(
  rules: ReadonlyMap<string, readonly string[]>,
  question: DropQuestion,
): DropsFound {
  const found = new Map<string, OtherDrop>();
  const unasked = new Set<string>();
  const ways = new Map<string, Way>();
  let [looked, depth] = [0, 0];
  for (const chain of question.from) walk(chain, {meets: 'all', source: 'any'});
  const drops = [...found.values()];
  return {
    drops: drops.slice(0, mostDrops),
    more: Math.max(0, drops.length - mostDrops),
    unasked: [...unasked].slice(0, mostSets),
  };

  /**
   * Visits each chain only once for each kind of incoming packet: there can be too many paths between chains.
   */
  function walk(chain: string, came: Meeting): Way {
    const key = `${chain} ${came.meets} ${came.source}`;
    const known = ways.get(key);
    if (known !== undefined) return known;
    ways.set(key, 'goesOn');
    if (depth >= mostDepth) return 'goesOn';
    depth += 1;
    const way = walkRules(chain, came);
    depth -= 1;
    ways.set(key, way);
    return way;
  }

  function walkRules(chain: string, came: Meeting): Way {
    for (const rule of rules.get(chain) ?? []) {
      if (looked++ >= mostLooked) return 'goesOn';
      const target = targetOf(rule);
      const meeting = target === undefined ? undefined : meetingOf(rule, question, unasked);
      if (target === undefined || meeting === undefined) continue;
      const both = joined(came, meeting);
      if (dropping.includes(target)) {
        if (both.source === 'chosen') note(chain, rule, both);
        if (both.meets === 'all') return 'ended';
      } else if (accepting.includes(target)) {
        if (both.meets === 'all') return 'ended';
      } else if (target === 'RETURN') {
        if (meeting.meets === 'all') return 'goesOn';
      } else if (!question.isOurs(target)) {
        const way = walk(target, both);
        if (way === 'ended' && meeting.meets === 'all') return 'ended';
        if (isGoto(rule) && meeting.meets === 'all') return 'goesOn';
      }
    }
    return 'goesOn';
  }

  function note(chain: string, rule: string, {meets}: Meeting): void {
    const key = `${chain} ${rule}`;
    const drops = meets === 'perhaps' ? 'perhaps' : 'yes';
    if (found.get(key)?.drops !== 'yes') found.set(key, {chain, rule, drops});
  }
}

const ranks = ['all', 'some', 'perhaps'] as const;

const joined = (a: Meeting, b: Meeting): Meeting => ({
  meets: ranks[Math.max(ranks.indexOf(a.meets), ranks.indexOf(b.meets))]!,
  source: a.source === 'chosen' || b.source === 'chosen' ? 'chosen' : 'any',
});

const isGoto = (rule: string): boolean => / -g \S+$/.test(` ${rule}`);

/** @returns undefined: no packet from the address to the mailer matches */
function meetingOf(
  rule: string,
  question: DropQuestion,
  unasked: Set<string>,
): Meeting | undefined {
  let [meets, source]: [Meeting['meets'], Meeting['source']] = ['all', 'any'];
  const words = wordsOf(rule);
  for (let at = 0; at < words.length; at++) {
    const isNot = words[at] === '!';
    if (isNot) at += 1;
    const [option = '', value = ''] = words.slice(at, at + 2);
    // Options after the target do not restrict which packets match.
    if (option === '-j' || option === '-g') break;
    at += 1;
    if (option === '-m') {
      if (unknownModules.has(value)) meets = 'perhaps';
      continue;
    }
    const asked = answerTo(option, value, words[at + 1] ?? '', question, unasked);
    const answer = isNot && asked !== 'perhaps' ? not[asked] : asked;
    if (answer === 'no') return undefined;
    if (sources.has(option)) source = 'chosen';
    if (answer !== 'yes') meets = joined({meets, source}, {meets: answer, source}).meets;
    if (option === '--match-set') at += 1;
  }
  return {meets, source};
}

/** `perhaps`: cannot be evaluated here. */
type Truth = 'yes' | 'no' | 'some' | 'perhaps';
/** If a condition holds for some ports, its negation holds for the others. */
const not = {yes: 'no', no: 'yes', some: 'some'} as const;

/** Options that match by source. */
const sources: ReadonlySet<string> = new Set(['-s', '--src-range', '--match-set']);
/** Modules that match without any option, or whose options are not enough to decide. */
const unknownModules: ReadonlySet<string> = new Set(['socket', 'limit', 'hashlimit', 'recent']);

function answerTo(
  option: string,
  value: string,
  next: string,
  {network, from, ports, inSet}: DropQuestion,
  unasked: Set<string>,
): Truth {
  switch (option) {
    case '-s':
      return yesOrNo(covers(value, network));
    case '--src-range':
      return yesOrNo(rangeCovers(value, network));
    case '--match-set': {
      if (next !== 'src') return 'perhaps';
      const answer = inSet(value);
      if (answer === undefined) unasked.add(value);
      return yesOrNo(answer === true);
    }
    case '-p':
      return yesOrNo(value === 'tcp' || value === '6' || value === 'all');
    case '--dport':
    case '--dports':
    case '--ctorigdstport': {
      const answer = portsIn(value, ports);
      // Packets may have been translated already, so their port may have changed.
      const isTranslated = from.some((chain) => chain !== 'INPUT');
      return answer === 'no' && isTranslated && option !== '--ctorigdstport' ? 'perhaps' : answer;
    }
    case '--ctdir':
      return yesOrNo(value === 'ORIGINAL');
    case '-i':
      return value === 'lo' ? 'no' : 'perhaps';
    case '--comment':
      return 'yes';
    default:
      return 'perhaps';
  }
}

const yesOrNo = (is: boolean): 'yes' | 'no' => (is ? 'yes' : 'no');

/** Whether the network lies entirely in what iptables prints after `-s`. */
function covers(source: string, {family, first, last}: Network): boolean {
  if (/^(?:0\.0\.0\.0|::)\/0$/.test(source)) return true;
  const around = parseNetwork(source);
  return around?.family === family && around.first <= first && last <= around.last;
}

function rangeCovers(range: string, {family, first, last}: Network): boolean {
  const [low, high] = range.split('-').map(parseAddress);
  return low?.family === family && high !== undefined && low.value <= first && last <= high.value;
}

/** `25`, `25,465`, `1:1024`. */
function portsIn(list: string, ports: readonly number[]): 'yes' | 'no' | 'some' {
  const ranges = list.split(',').map((range) => range.split(':').map(Number));
  const isIn = (port: number): boolean =>
    ranges.some(([low = 0, high = low]) => low <= port && port <= high);
  const count = ports.filter(isIn).length;
  if (count === 0) return 'no';
  return count === ports.length ? 'yes' : 'some';
}

/** A quoted comment is one word; quotes and backslashes in it are escaped. */
const wordsOf = (rule: string): string[] => rule.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
