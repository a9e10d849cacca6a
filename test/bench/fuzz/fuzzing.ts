/**
 * Mutates foreign texts and looks for three faults: a client is blamed that was not there, a reader throws, or a
 * reader needs too much time for its text. The same seed gives the same texts.
 */
import {Random} from '../../support/random.js';
import {superlinear} from '../../support/growth.js';
import {asUtf8, mutated, mutatedJson, pieces} from './mutate.js';
import type {Parser} from './parsers.js';
import {Relay} from './sessions.js';

export interface Fuzzed {
  readonly name: string;
  readonly texts: number;
  readonly seconds: number;
  /** Each holds everything that is needed to repeat it. */
  readonly findings: readonly string[];
}

/** Findings that are shown, of each subject: one is enough to begin with. A count. */
const mostFindings = 5;
/** Sessions that one guard reads. A count: its tables are then large, and it has seen each client often. */
const sessionsOfGuard = 200;

const shown = (text: string): string => JSON.stringify(text.slice(0, 400));

function found(findings: readonly string[]): readonly string[] {
  const more = findings.length - mostFindings;
  return more <= 0 ? findings : [...findings.slice(0, mostFindings), `and ${more} more`];
}

/** The run ends after this many texts or after this time, whichever comes first. */
export interface Budget {
  readonly texts: number;
  readonly seconds: number;
}

const seconds = (): number => performance.now() / 1000;

/** Hostile sessions in real forms: only clients that are there are blamed, and a guesser is still blocked. */
export function fuzzSessions(seed: number, budget: Budget): Fuzzed {
  const dice = new Random(seed);
  const [began, findings]: [number, string[]] = [seconds(), []];
  let texts = 0;
  let relay = new Relay(dice);
  for (let played = 0; texts < budget.texts && seconds() - began < budget.seconds; played++) {
    if (played % sessionsOfGuard === sessionsOfGuard - 1) {
      if (relay.isDeaf())
        findings.push(`seed ${seed}: a guesser is not blocked after ${texts} lines`);
      relay = new Relay(dice);
    }
    try {
      const {lines, findings: wrong} = relay.play();
      texts += lines;
      findings.push(...wrong.map((what) => `seed ${seed}: ${what}`));
    } catch (error) {
      findings.push(`seed ${seed}, session ${played}: threw ${String(error)}`);
      relay = new Relay(dice);
    }
  }
  return {name: 'sessions', texts, seconds: seconds() - began, findings: found(findings)};
}

/** One reader with mutated texts. */
export function fuzzParser({name, texts: own, read}: Parser, seed: number, budget: Budget): Fuzzed {
  const dice = new Random(seed);
  const pick = (): string => own[dice.below(own.length)]!;
  const [began, findings]: [number, string[]] = [seconds(), []];
  let texts = 0;
  for (; texts < budget.texts && seconds() - began < budget.seconds; texts++) {
    const spoilt = spoil(pick(), pick(), dice);
    const text = dice.isOneIn(4) ? asUtf8(spoilt) : spoilt;
    try {
      read(text);
    } catch (error) {
      findings.push(`${name}: threw ${String(error)}: ${shown(text)}`);
    }
  }
  return {name, texts, seconds: seconds() - began, findings: found(findings)};
}

/** Mutates a text. JSON mostly stays JSON, printed as nft prints it. */
function spoil(text: string, other: string, dice: Random): string {
  if (!/^\{.*\}$/s.test(text) || dice.isOneIn(3)) return mutated(text, other, dice);
  const value: unknown = JSON.parse(text);
  return JSON.stringify(mutatedJson(value, dice)).replace('{"nftables":[', '{"nftables": [');
}

/** A text in which one part can be repeated, to see whether the time of a reader grows faster than the text. */
interface Pump {
  readonly before: string;
  readonly part: string;
  readonly after: string;
}

/** Length of the repeated part at first; then four and sixteen times as much. Characters. */
const usualLength = 1000;

export function fuzzTime(
  {name, texts: own, read}: Parser,
  seed: number,
  budget: Budget,
  length = usualLength,
): Fuzzed {
  const dice = new Random(seed);
  const [began, findings]: [number, string[]] = [seconds(), []];
  let texts = 0;
  for (; texts < budget.texts && seconds() - began < budget.seconds; texts++) {
    const pump = pumpOf(own[dice.below(own.length)]!, dice);
    const make = (times: number) => {
      const text = pumped(pump, times);
      return () => tryTo(read, text);
    };
    const grows = superlinear(make, length);
    if (grows !== undefined)
      findings.push(`${name}: ${grows}: ${shown(pump.part)} in ${shown(pump.before)}`);
  }
  return {name, texts, seconds: seconds() - began, findings: found(findings)};
}

function pumpOf(text: string, dice: Random): Pump {
  const at = dice.below(text.length + 1);
  const from = dice.below(text.length);
  const part = dice.isOneIn(2)
    ? pieces[dice.below(pieces.length)]!
    : text.slice(from, from + 1 + dice.below(12));
  // The text around is cut, so that it does not cost the time.
  return {before: text.slice(0, at).slice(-2000), part, after: text.slice(at).slice(0, 2000)};
}

const pumped = ({before, part, after}: Pump, length: number): string =>
  before + part.repeat(Math.ceil(length / part.length)) + after;

/** Runs a reader and ignores what it throws: `fuzzParser` finds that. */
function tryTo(read: Parser['read'], text: string): void {
  try {
    read(text);
  } catch {
    return;
  }
}

/** The most expensive of many mutated texts of some length. Microseconds for a byte. */
export function worstByte({texts: own, read}: Parser, seed: number, texts: number): number {
  const dice = new Random(seed);
  let worst = 0;
  for (let i = 0; i < texts; i++) {
    const text = pumped(pumpOf(own[dice.below(own.length)]!, dice), 4000);
    // The least of three, because other work of the machine only adds time.
    const each = Math.min(...[1, 2, 3].map(() => timed(() => tryTo(read, text))));
    worst = Math.max(worst, (each * 1000) / text.length);
  }
  return worst;
}

function timed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}
