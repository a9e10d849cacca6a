/**
 * Makes a configuration from what people wrote: the defaults, overridden by the file, overridden by the
 * flags. Finds every problem, not just the first, because each one found later costs another restart. Does
 * not read the file or the command line (`sys/disk/config-file.ts`, `cli/rows/options.ts`).
 */
import {durationText} from '../base/duration.js';
import {asciiJson} from '../base/printable.js';
import type {Problem} from '../base/problem.js';
import type {Raw} from './kinds/kind.js';
import {isSubChainOf} from './kinds/chain-names.js';
import {mostMailerPorts} from './kinds/lists.js';
import {nearest} from './nearest.js';
import {isObsoleteKey} from './obsolete.js';
import {schedule} from './kinds/scalars.js';
import {type Config, flagOf, keyOf, type SettingName, settingNames, settings} from './schema.js';

type Parsed =
  | {readonly kind: 'config'; readonly config: Config}
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** With the default for each bad value: enough to find a running daemon. */
      readonly usable: Config;
    };

export interface ConfigSources {
  readonly flags: Readonly<Partial<Record<SettingName, Raw>>>;
  /** Name of the file, for reports, and the table in it. */
  readonly file: string;
  readonly table: Readonly<Record<string, unknown>>;
  /** The line of each key in the file, as far as known; default: unknown. */
  readonly lines?: ReadonlyMap<string, number>;
  /** Whether a schedule can run: node-cron decides, which the pure code cannot call. */
  readonly isSchedule: (text: string) => boolean;
}

export function parseConfig(sources: ConfigSources): Parsed {
  const problems: Problem[] = [...unknownKeys(sources)];
  const values = new Map<string, unknown>();
  for (const name of settingNames) {
    const {raw, place} = written(name, sources);
    if (raw === undefined) {
      values.set(name, settings[name].standard);
      continue;
    }
    const {kind} = settings[name];
    const read = isRaw(raw) ? kind.read(raw) : ({ok: false, expected: kind.bounds} as const);
    if (!read.ok) {
      const didYouMean = listMeantBy(raw, kind) ?? keysMeantBy(place.key ?? '', raw)[0];
      const guess = didYouMean === undefined ? {} : {didYouMean};
      problems.push({...place, what: shown(raw), expected: read.expected, ...guess});
    } else if (kind === schedule && !sources.isSchedule(read.value as string)) {
      problems.push({...place, what: shown(raw), expected: kind.bounds});
    } else values.set(name, read.value);
  }
  raiseLongest(values, sources);
  lowerParts(values, sources);
  problems.push(...takeOldPort(values, sources));
  problems.push(...contradictions(values, sources));
  const standards = settingNames.map((name) => [name, settings[name].standard]);
  // Above, every name got its default or a value of its own kind.
  const config = Object.freeze(Object.fromEntries([...standards, ...values]) as unknown as Config);
  return problems.length === 0
    ? {kind: 'config', config}
    : {kind: 'problems', problems, usable: config};
}

type Place = Pick<Problem, 'where' | 'key' | 'line'>;

/** What was written for a setting, and where; a flag wins over the file. */
function written(name: SettingName, sources: ConfigSources): {raw: unknown; place: Place} {
  const flag = sources.flags[name];
  if (flag !== undefined) return {raw: flag, place: {where: flagOf(name)}};
  const key = keyOf(name);
  const known = lineOf(key, sources);
  return {
    raw: Object.hasOwn(sources.table, key) ? sources.table[key] : undefined,
    place: {where: `${fileAt(known.line, sources)}: ${key}`, ...known},
  };
}

/** As compilers write it, so that editors find the line. */
const fileAt = (line: number | undefined, {file}: ConfigSources): string =>
  line === undefined ? file : `${file}:${line}`;

function lineOf(key: string, {lines}: ConfigSources): Pick<Problem, 'key' | 'line'> {
  const line = lines?.get(key);
  return line === undefined ? {key} : {key, line};
}

/**
 * Raises `block_time_max` to `block_time` if the file sets only the latter. Such a file was good when the
 * default maximum was a week, and must stay good.
 */
function raiseLongest(values: Map<string, unknown>, sources: ConfigSources): void {
  const [first, longest] = [values.get('blockTime'), values.get('blockTimeMax')];
  const isWritten = written('blockTimeMax', sources).raw !== undefined;
  if (isWritten || typeof first !== 'number' || typeof longest !== 'number') return;
  values.set('blockTimeMax', Math.max(first, longest));
}

/** Parts that must not exceed their whole: waiting clients, or the wait under stress. */
const parts: readonly (readonly [part: SettingName, whole: SettingName])[] = [
  ['greetingWaitStress', 'greetingWait'],
  ['greetingMaxPerNetwork', 'greetingMax'],
  ['greetingMaxPerClient', 'greetingMaxPerNetwork'],
];

/** If the file sets only the whole to less than a part's default, the part is lowered to the whole. */
function lowerParts(values: Map<string, unknown>, sources: ConfigSources): void {
  for (const [part, whole] of parts) {
    const [small, large] = [values.get(part), values.get(whole)];
    if (written(part, sources).raw !== undefined) continue;
    if (typeof small === 'number' && typeof large === 'number' && small > large) {
      values.set(part, large);
    }
  }
}

/**
 * `mailer_port` is the old name for `mailer_ports` with one port. If both are set to different values,
 * nobody can tell which was meant, and a port that the operator believes guarded might not be.
 */
function takeOldPort(values: Map<string, unknown>, sources: ConfigSources): Problem[] {
  const [old, ports] = [values.get('mailerPort'), values.get('mailerPorts')];
  const {raw, place} = written('mailerPort', sources);
  if (raw === undefined || typeof old !== 'number' || ports === undefined) return [];
  const both = written('mailerPorts', sources);
  if (both.raw === undefined) {
    values.set('mailerPorts', [old]);
    return [];
  }
  const isSame = Array.isArray(ports) && ports.length === 1 && ports[0] === old;
  // A sample file in which every line was uncommented: two defaults mean the new setting.
  const areDefaults =
    old === settings.mailerPort.standard && ports === settings.mailerPorts.standard;
  if (isSame || (areDefaults && sources.flags.mailerPort === undefined)) return [];
  const expected = `the same as ${both.place.where}, which is ${shown(both.raw)}; keep only one of them`;
  return [{...place, what: shown(raw), expected}];
}

/** Compares only good values: a bad one is reported already, and can contradict nothing. */
function contradictions(values: ReadonlyMap<string, unknown>, sources: ConfigSources): Problem[] {
  const problems: Problem[] = [];
  const [first, longest] = [values.get('blockTime'), values.get('blockTimeMax')];
  if (typeof first === 'number' && typeof longest === 'number' && longest < first) {
    const expected = `at least ${keyOf('blockTime')}, which is ${durationText(first)}`;
    const {place} = written('blockTimeMax', sources);
    problems.push({...place, what: durationText(longest), expected});
  }
  const chain = values.get('iptablesChainName');
  if (typeof chain === 'string' && chain === values.get('outboundChainName')) {
    const {place} = written('outboundChainName', sources);
    const expected = `another chain than ${keyOf('iptablesChainName')}`;
    problems.push({...place, what: shown(chain), expected});
  }
  const outbound = values.get('outboundChainName');
  if (typeof chain === 'string' && typeof outbound === 'string' && isSubChainOf(chain, outbound)) {
    const {place} = written('outboundChainName', sources);
    const expected = `no name of a sub-chain of ${keyOf('iptablesChainName')}, such as ${outbound}_OUT`;
    problems.push({...place, what: shown(outbound), expected});
  }
  problems.push(...loops(values, sources));
  problems.push(...withoutSender(values, sources));
  const mode = values.get('greeting');
  // In the other modes nobody has chosen the port, and no client is redirected to it.
  if (mode === 'gate' || mode === 'strict') problems.push(...gateContradictions(values, sources));
  return problems;
}

/** Contradictions between the settings of the gate and those of the mailer behind it. */
function gateContradictions(
  values: ReadonlyMap<string, unknown>,
  sources: ConfigSources,
): Problem[] {
  const larger = parts.flatMap(([part, whole]) => {
    const [small, large] = [values.get(part), values.get(whole)];
    if (typeof small !== 'number' || typeof large !== 'number' || small <= large) return [];
    const text = part === 'greetingWaitStress' ? durationText : String;
    const expected = `at most ${keyOf(whole)}, which is ${text(large)}`;
    return [{...written(part, sources).place, what: text(small), expected}];
  });
  const [port, ports] = [values.get('greetingPort'), values.get('mailerPorts')];
  const guarded: readonly unknown[] = Array.isArray(ports) ? ports : [];
  if (guarded.length > mostMailerPorts) {
    const expected = `at most ${mostMailerPorts} ports, because one rule names them and ${keyOf('greetingPort')}`;
    larger.push({...written('mailerPorts', sources).place, what: shown(guarded.join()), expected});
  }
  if (typeof port !== 'number' || !guarded.includes(port)) return larger;
  const expected = 'a port at which nobody else listens: clients call the mailer at this one';
  return [...larger, {...written('greetingPort', sources).place, what: String(port), expected}];
}

/** What is expected instead of an unknown key; naming all keys would hide the one that was meant. */
const aKey = 'one of the keys that `blocksmtp sample-config` prints';

/** Our chain cannot lead packets to itself, nor to our other chain. */
function loops(values: ReadonlyMap<string, unknown>, sources: ConfigSources): Problem[] {
  const hooks = values.get('hookChains');
  if (!Array.isArray(hooks)) return [];
  const own = (['iptablesChainName', 'outboundChainName'] as const).filter((name) =>
    hooks.includes(values.get(name)),
  );
  const {place} = written('hookChains', sources);
  return own.map((name) => ({
    ...place,
    what: shown(values.get(name)),
    expected: `a chain that is not ours: it is ${keyOf(name)}`,
  }));
}

/** Abuse desks close a complaint unread if nobody can answer questions about it. */
function withoutSender(values: ReadonlyMap<string, unknown>, sources: ConfigSources): Problem[] {
  const mode = values.get('complaints');
  if ((mode !== 'ask' && mode !== 'send') || values.get('complaintFrom') !== '') return [];
  const {place} = written('complaints', sources);
  const expected = `${keyOf('complaintFrom')} to be set too: the mailbox to which answers come`;
  return [{...place, what: shown(mode), expected}];
}

/** Unknown keys reported one by one. A count: a file of another kind has thousands. */
export const mostUnknownKeys = 50;

function unknownKeys(sources: ConfigSources): Problem[] {
  const known = new Set<string>(settingNames.map(keyOf));
  const unknown = Object.keys(sources.table).filter(
    (key) => !known.has(key) && !isObsoleteKey(key),
  );
  const told = unknown.slice(0, mostUnknownKeys).map((key) => unknownKey(key, sources));
  const next = unknown[mostUnknownKeys];
  if (next === undefined) return told;
  const {line} = lineOf(next, sources);
  const what = `${unknown.length - mostUnknownKeys} more unknown keys`;
  const rest = {where: fileAt(line, sources), what, expected: 'a configuration of blocksmtp'};
  return [...told, line === undefined ? rest : {...rest, line}];
}

function unknownKey(key: string, sources: ConfigSources): Problem {
  const value = sources.table[key];
  const isTable = keysIn(value).length > 0 && !Array.isArray(value);
  const didYouMean = keysMeantBy(key, value)[0] ?? nearest(key, settingNames.map(keyOf));
  const known = lineOf(key, sources);
  return {
    where: fileAt(known.line, sources),
    what: `unknown key ${shown(key)}`,
    expected: isTable ? `${aKey}, in no table` : aKey,
    ...known,
    ...(didYouMean !== undefined && {didYouMean}),
  };
}

const keysIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

/** For `[mailer]` with `port` in it, or a known key inside a table. */
function keysMeantBy(key: string, value: unknown): string[] {
  const known = settingNames.map(keyOf);
  const inside = keysIn(value);
  return [...inside.map((each) => `${key}_${each}`), ...inside].filter((each) =>
    known.includes(each),
  );
}

/** For `[25, 587]`, where one string with commas is expected. */
function listMeantBy(value: unknown, kind: {readonly read: (raw: Raw) => {ok: boolean}}) {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRaw)) return undefined;
  const text = value.join(',');
  return kind.read(text).ok ? shown(text) : undefined;
}

const isRaw = (value: unknown): value is Raw =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** The greatest length of a quoted bad value. Characters. */
const quotedCharacters = 80;

/** As JSON, which cannot express nan and inf. */
const shown = (value: unknown): string =>
  (typeof value === 'number' ? String(value) : asciiJson(value)).slice(0, quotedCharacters);
