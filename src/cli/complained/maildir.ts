/**
 * `blocksmtp complain maildir`: clamd scans the messages of a Maildir. For each message in which
 * clamd found a listed name, the command asks our log which client handed it in, files the
 * complaint, and has the message moved: to one folder if there is a contact to complain to, to
 * another if there is none. Everything that touches the Maildir runs as its owner (`sweep.ts`).
 * This process may read the log, and never opens a file of the Maildir.
 */
import {asciiJson, printable} from '../../base/printable.js';
import type {Boundary} from '../../complaint/header/boundary.js';
import {type MessageHeader, readHeader} from '../../complaint/header/fields.js';
import {messageAccusation} from '../../complaint/message-accusation.js';
import {
  type Destination,
  isSweepLine,
  longestLineBytes,
  longestScanMs,
  mostFound,
  type SweepCounts,
  type SweepLine,
  type SweepWish,
} from '../../complaint/scan/sweep-lines.js';
import {mayAccuse} from '../../complaint/scan/virus-names.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {ownerOf} from '../../sys/complained/owner.js';
import {type OwnerProcess, ownProgram, startAs} from '../../sys/complained/owner-process.js';
import {nowMs} from '../../sys/run/clock.js';
import type {Log} from '../../sys/talk/log.js';
import {boundaryText, judged} from './judged.js';
import {type Complaining, contactText} from './wiring.js';

export interface MaildirWish {
  readonly path: string;
  /** Virus names that may accuse, instead of those in the setting. */
  readonly virus: readonly string[];
  readonly sinceSeconds: number;
  readonly as: string | undefined;
  readonly log: string | undefined;
  /** `shows`: accuse nobody and move nothing. */
  readonly deed: 'moves' | 'shows';
  readonly form: 'text' | 'json';
}

/** The command that the owner's process runs (`sweep.ts`). */
export const ownerWord = 'as-owner';
/**
 * How long before its delivery a message's header may have been written. Ms: mailers try for five days.
 */
const mostUnderwayMs = 5 * 86_400_000;
/** Time limit for the owner's whole process. Ms. */
const longestSweepMs = longestScanMs + 120_000;
const shownCharacters = 500;

type FoundLine = Extract<SweepLine, {kind: 'found'}>;

/** What was decided about one message. */
interface Case {
  readonly file: string;
  readonly name: string;
  readonly said: string[];
  moved?: string;
}

/** @param program this program, as the owner of the Maildir can run it */
export async function complainMaildir(
  wish: MaildirWish,
  config: Config,
  log: Log,
  output: Output,
  complaining: Complaining,
  program: readonly string[] = ownProgram(),
): Promise<ExitCode> {
  const owner = await ownerOf(wish.path);
  if (owner.kind === 'refused') return unavailable(owner.why, output);
  const words = [...program, 'complain', ownerWord, wish.path];
  const enough = new AbortController();
  const stop = AbortSignal.any([enough.signal, AbortSignal.timeout(longestSweepMs)]);
  const running = startAs(owner, words, longestLineBytes, stop);
  running.say(wishOf(wish, config));
  const lines = running.lines[Symbol.asyncIterator]();
  const scanned = await scannedBy(lines);
  const cases = new Map<number, Case>();
  if (scanned.kind === 'scanned') {
    const parts = {scanned: scanned.found, running, stop, cases};
    await accuseAll(parts, wish, config, log, output, complaining);
  } else if (scanned.process === 'strange') enough.abort();
  running.close();
  await moves(lines, cases);
  const ended = await running.ended;
  if (scanned.kind === 'failed') {
    const why = ended.kind === 'failed' || ended.kind === 'missing' ? `: ${ended.why}` : '';
    return unavailable(`${scanned.why}${why}`, output);
  }
  tell(wish, scanned, [...cases.values()], output);
  const {clean, found, unscanned} = scanned.counts;
  return unscanned > 0 && clean + found === 0 ? exitCode.unavailable : exitCode.ok;
}

function unavailable(why: string, output: Output): ExitCode {
  output.complain(printable(why, shownCharacters));
  return exitCode.unavailable;
}

const wishOf = (
  {sinceSeconds}: MaildirWish,
  {clamdSocket, complainedFolder, contactlessFolder}: Config,
): SweepWish => ({
  clamdSocket,
  sinceMs: Math.max(0, Math.round(nowMs() - sinceSeconds * 1000)),
  folders: {complained: complainedFolder, contactless: contactlessFolder},
});

type Scanned =
  | {
      readonly kind: 'scanned';
      readonly found: readonly FoundLine[];
      readonly unscanned: readonly Extract<SweepLine, {kind: 'unscanned'}>[];
      readonly counts: SweepCounts;
    }
  /** `strange`: it breaks the protocol, so we do not wait for it to end. */
  | {readonly kind: 'failed'; readonly why: string; readonly process: 'ends' | 'strange'};

async function scannedBy(lines: AsyncIterator<unknown>): Promise<Scanned> {
  const found: FoundLine[] = [];
  const unscanned: Extract<SweepLine, {kind: 'unscanned'}>[] = [];
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const line = next.value;
    if (!isSweepLine(line)) {
      const why = 'the process of the owner says what no sweep says';
      return {kind: 'failed', why, process: 'strange'};
    }
    if (line.kind === 'refused') return {kind: 'failed', why: line.why, process: 'ends'};
    if (line.kind === 'scanned') return {kind: 'scanned', found, unscanned, counts: line.counts};
    if (line.kind === 'found' && found.length < mostFound) found.push(line);
    if (line.kind === 'unscanned' && unscanned.length < mostFound) unscanned.push(line);
  }
  const why = 'the process of the owner ended before its end';
  return {kind: 'failed', why, process: 'ends'};
}

interface Parts {
  readonly scanned: readonly FoundLine[];
  readonly running: OwnerProcess;
  /** Fires when the owner's process exceeds its time limit: nothing can be moved any more. */
  readonly stop: AbortSignal;
  /** By the number of the message in this sweep. */
  readonly cases: Map<number, Case>;
}

async function accuseAll(
  {scanned, running, stop, cases}: Parts,
  wish: MaildirWish,
  config: Config,
  log: Log,
  output: Output,
  complaining: Complaining,
): Promise<void> {
  const patterns = wish.virus.length > 0 ? wish.virus : config.complaintVirusNames;
  const accusing: {readonly line: FoundLine; readonly header: MessageHeader}[] = [];
  for (const line of scanned) {
    const may = mayAccuse(line.name, patterns);
    const said = may ? [] : ['not accused: complaint_virus_names does not list this name'];
    cases.set(line.number, {file: line.file, name: line.name, said});
    if (may) accusing.push({line, header: readHeader(line.header)});
  }
  const notBeforeMs = nowMs() - wish.sinceSeconds * 1000 - mostUnderwayMs;
  const headers = accusing.map(({header}) => header);
  const verdicts = await judged(headers, {...wish, notBeforeMs}, config, log, output);
  for (const [at, {line, header}] of accusing.entries()) {
    if (stop.aborted) return;
    const {said} = cases.get(line.number)!;
    const boundary = verdicts[at]!;
    said.push(boundaryText(boundary));
    if (boundary.kind !== 'verified') continue;
    const to = await accuse(boundary, header, line, wish, said, complaining);
    // Sent immediately: if the sweep is killed here, only this message is accused twice, not all of
    // them.
    if (to !== undefined) running.say({moves: [{number: line.number, to}]});
  }
}

/** @returns which folder the message goes to; undefined: it stays */
async function accuse(
  boundary: Extract<Boundary, {kind: 'verified'}>,
  header: MessageHeader,
  line: FoundLine,
  {deed}: MaildirWish,
  said: string[],
  complaining: Complaining,
): Promise<Destination | undefined> {
  const contact = await complaining.findContact(boundary.client, nowMs());
  said.push(`to: ${contactText(contact)}`);
  if (contact.kind === 'failed' || deed === 'shows') return undefined;
  if (contact.kind === 'none') return 'contactless';
  const found = {kind: 'scanner', name: printable(line.name, shownCharacters)} as const;
  const accusation = messageAccusation(boundary, header, found, contact.network);
  const taken = await complaining.accuse(accusation, contact);
  if (taken.kind === 'held') said.push(`not now: ${taken.why}`);
  return taken.kind === 'taken' ? 'complained' : undefined;
}

/** Reads the results of the moves. */
async function moves(
  lines: AsyncIterator<unknown>,
  cases: ReadonlyMap<number, Case>,
): Promise<void> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const line = next.value;
    if (!isSweepLine(line)) continue;
    const its = 'number' in line ? cases.get(line.number) : undefined;
    if (its === undefined) continue;
    if (line.kind === 'moved') its.moved = line.to;
    if (line.kind === 'notMoved') its.said.push(`not moved: ${line.why}`);
  }
}

function tell(
  {form, path}: MaildirWish,
  {counts, unscanned}: Extract<Scanned, {kind: 'scanned'}>,
  cases: readonly Case[],
  output: Output,
): void {
  if (form === 'json') {
    output.print(`${asciiJson({maildir: path, counts, unscanned, messages: cases})}\n`);
    return;
  }
  const lines = cases.flatMap(({file, name, said, moved}) => [
    `${file}: ${name}`,
    ...said.map((each) => `  ${each}`),
    ...(moved === undefined ? [] : [`  moved to ${moved}`]),
  ]);
  const missed = unscanned.map(({file, why}) => `${file}: not scanned: ${why}`);
  const {seen, clean, found, old, skipped, left} = counts;
  const sum = `${seen} messages: ${clean} clean, ${found} found, ${counts.unscanned} not scanned, ${old} older, ${skipped} no files, ${left} left for the next sweep`;
  const clear = [...lines, ...missed, sum].map((line) => printable(line, 2 * shownCharacters));
  output.print(`${clear.join('\n')}\n`);
}
