/**
 * `blocksmtp check ADDR`: would this address ever be blocked, and which entry exempts it? The
 * running daemon's whitelist and flags decide; if no daemon answers, the files do.
 */
import {asciiJson} from '../../base/printable.js';
import {askDaemon, unasked} from './ask.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import {patienceMs} from '../inspect/hung-daemon.js';
import type {Output, WithoutDaemon} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {ExemptionWatch} from '../../score/live/exemption-watch.js';
import {keptToLook} from '../../score/live/kept-list.js';
import {type Address, parseAddress} from '../../net/address.js';
import {exemptionText} from '../../score/exempt.js';
import type {Log} from '../../sys/talk/log.js';

export async function check(
  text: string,
  config: Config,
  form: 'text' | 'json',
  log: Log,
  output: Output,
  alone: WithoutDaemon = 'mayWork',
): Promise<ExitCode> {
  const address = parseAddress(text);
  // `cli/rows/words.ts` has printed the reason, with all other mistakes.
  if (address === undefined) return exitCode.usage;
  if (alone === 'mayNotWork') return checkByDaemon(address, config, form, output);
  // Read even if the daemon answers, so that problems in the files are reported.
  const read = ofFile(address, config, log);
  const files = `${read.list} and the configuration`;
  const asked = await ofDaemon(address, config);
  const decided = asked.kind === 'verdict' ? asked.verdict : read;
  const code = decided.isExempt ? exitCode.ok : exitCode.no;
  if (form === 'json') {
    const saidBy = asked.kind === 'verdict' ? 'daemon' : 'files';
    output.print(json(address, decided, saidBy, read.text));
    return code;
  }
  const lines = [`${address.text}: ${decided.text}`];
  if (asked.kind === 'verdict') lines.push('so says the daemon that runs');
  else lines.push(`so say ${files}: ${asked.why}`);
  if (decided.isExempt !== read.isExempt) lines.push(`but ${files} say now: ${read.text}`);
  output.print(`${lines.join('\n')}\n`);
  return code;
}

/** With a bad configuration file, only the daemon knows which whitelist counts. */
async function checkByDaemon(
  address: Address,
  config: Config,
  form: 'text' | 'json',
  output: Output,
): Promise<ExitCode> {
  const asked = await ofDaemon(address, config);
  if (asked.kind === 'none') {
    output.complain(`${notKnownText(address.text)}: ${asked.why}`);
    return exitCode.configuration;
  }
  const {verdict} = asked;
  const text = `${address.text}: ${verdict.text}\nso says the daemon that runs\n`;
  output.print(form === 'json' ? json(address, verdict, 'daemon', null) : text);
  return verdict.isExempt ? exitCode.ok : exitCode.no;
}

/** What to say if the configuration file is bad and no daemon answers. */
export const notKnownText = (address: string): string =>
  `whether ${address} is exempt is NOT known: correct the configuration`;

/** @param filesSay null: the configuration is bad, so nobody knows which file counts */
function json(
  {text: address}: Address,
  verdict: Exemptness,
  saidBy: 'daemon' | 'files',
  filesSay: string | null,
): string {
  return `${asciiJson({address, exempt: verdict.isExempt, why: verdict.text, saidBy, filesSay}, 2)}\n`;
}

interface Exemptness {
  readonly isExempt: boolean;
  readonly text: string;
}

const exempt = (why: string): Exemptness => ({isExempt: true, text: `never blocked: ${why}`});

function ofFile(address: Address, config: Config, log: Log): Exemptness & {readonly list: string} {
  const watch = new ExemptionWatch(config, log.say, keptToLook(config.stateDir));
  watch.refresh();
  const exemption = watch.exemptions.of(address);
  const {view} = watch;
  const list = view.kind === 'kept' ? `the last good list (${view.copy})` : view.file;
  const found =
    exemption === undefined
      ? {isExempt: false, text: `not exempt: no entry of ${list} covers it`}
      : exempt(exemptionText(exemption));
  return {...found, list};
}

type Asked =
  | {readonly kind: 'verdict'; readonly verdict: Exemptness}
  /** `why`: nobody could be asked. */
  | {readonly kind: 'none'; readonly why: string};

async function ofDaemon({text}: Address, config: Config): Promise<Asked> {
  const asked = await askDaemon(config.controlSocket, {command: 'why', network: text}, patienceMs);
  if (asked.kind === 'noDaemon') return {kind: 'none', why: unasked(config) ?? 'no daemon runs'};
  if (asked.kind === 'failed') {
    return {kind: 'none', why: `the daemon cannot be asked (${asked.why})`};
  }
  const {answer} = asked;
  if (answer.kind !== 'why') return {kind: 'none', why: 'the daemon gives no answer'};
  const {exemption} = answer.why;
  const verdict = exemption === null ? {isExempt: false, text: 'not exempt'} : exempt(exemption);
  return {kind: 'verdict', verdict};
}
