/**
 * The part of `blocksmtp complain maildir` that runs as the owner of the Maildir: it reads the
 * messages, asks clamd about them, reports what clamd found, and moves the messages that its parent
 * orders it to move. It does not know the log, and accuses nobody. Its protocol is in
 * `complaint/scan/sweep-lines.ts`.
 */
import {mostHeaderCharacters} from '../../complaint/header/fields.js';
import {deliveredSeconds} from '../../complaint/scan/maildir-name.js';
import {
  type Destination,
  isSweepMoves,
  isSweepWish,
  longestScanMs,
  mostFound,
  mostNames,
  type SweepCounts,
  type SweepLine,
  type SweepWish,
} from '../../complaint/scan/sweep-lines.js';
import {type ExitCode, exitCode} from '../face/exit.js';
import {scanFile, scanTimeoutMs} from '../../sys/complained/clamd.js';
import {beginningOf, closeFile, type FoundFile, Maildir} from '../../sys/complained/maildir.js';
import {lockFolder} from '../../sys/complained/one-sweep.js';
import {monotonicMs} from '../../sys/run/clock.js';

/** Unscanned messages that the report names; the rest are counted. A count. */
const mostNamed = 20;

type Found = Pick<FoundFile, 'folder' | 'name' | 'stat'>;

/**
 * @param heard messages from the parent: a wish, then orders to move
 * @param say to the parent
 */
export async function sweep(
  path: string,
  heard: AsyncIterable<unknown>,
  say: (line: SweepLine) => void,
): Promise<ExitCode> {
  const lines = heard[Symbol.asyncIterator]();
  const wish = (await lines.next()).value as unknown;
  if (!isSweepWish(wish)) return exitCode.usage;
  let maildir: Maildir;
  try {
    maildir = Maildir.open(path);
  } catch (error) {
    say({kind: 'refused', why: (error as Error).message});
    return exitCode.unavailable;
  }
  try {
    const lock = await lockFolder(maildir.descriptor);
    if (lock.kind !== 'locked') {
      say({kind: 'refused', why: `${path}: ${lock.why}`});
      return exitCode.unavailable;
    }
    // If the parent ends during the scan, nobody wants the verdicts any more.
    const gone = new AbortController();
    const heardNext = lines.next().then((next) => {
      if (next.done === true) gone.abort();
      return next;
    });
    const found = await scanAll(maildir, {wish, gone: gone.signal}, say);
    // The parent orders moves message by message; nothing else is moved.
    for (let next = await heardNext; next.done !== true; next = await lines.next()) {
      if (!isSweepMoves(next.value)) continue;
      for (const {number, to} of next.value.moves)
        move(maildir, found[number], number, to, wish, say);
    }
    return exitCode.ok;
  } finally {
    maildir.close();
  }
}

interface Scanning {
  readonly wish: SweepWish;
  /** By the monotonic clock. Ms. */
  readonly endMs: number;
  /** Fires when the parent is gone. */
  readonly gone: AbortSignal;
}

/** @returns the messages found, by their number */
async function scanAll(
  maildir: Maildir,
  {wish, gone}: {readonly wish: SweepWish; readonly gone: AbortSignal},
  say: (line: SweepLine) => void,
): Promise<Found[]> {
  const counts = {seen: 0, clean: 0, found: 0, unscanned: 0, old: 0, skipped: 0, left: 0};
  const found: Found[] = [];
  const endMs = monotonicMs() + longestScanMs;
  // The newest first: otherwise old mail that stays would take up the time of every sweep.
  const deliveredLast = ({name}: {readonly name: string}): number => deliveredSeconds(name) ?? 0;
  const names = maildir.names(mostNames).sort((a, b) => deliveredLast(b) - deliveredLast(a));
  for (const {folder, name} of names) {
    counts.seen += 1;
    if (monotonicMs() >= endMs || gone.aborted) {
      counts.left += 1;
      continue;
    }
    const seconds = deliveredSeconds(name);
    if (seconds !== undefined && seconds * 1000 < wish.sinceMs) {
      counts.old += 1;
      continue;
    }
    const file = maildir.openMessage(folder, name);
    if (file === undefined) {
      counts.skipped += 1;
      continue;
    }
    try {
      if (seconds === undefined && file.stat.mtimeMs < wish.sinceMs) counts.old += 1;
      else await scanOne(file, {wish, endMs, gone}, counts, found, say);
    } finally {
      closeFile(file);
    }
  }
  say({kind: 'scanned', counts});
  return found;
}

async function scanOne(
  file: FoundFile,
  {wish, endMs, gone}: Scanning,
  counts: {-readonly [Key in keyof SweepCounts]: number},
  found: Found[],
  say: (line: SweepLine) => void,
): Promise<void> {
  const {folder, name, stat, descriptor} = file;
  const leftMs = Math.max(1, endMs - monotonicMs());
  const mostMs = Math.min(scanTimeoutMs, leftMs);
  const verdict = await scanFile(wish.clamdSocket, descriptor, mostMs, gone);
  const shown = `${folder}/${name}`;
  if (verdict.kind === 'clean') counts.clean += 1;
  if (verdict.kind === 'unscanned') {
    counts.unscanned += 1;
    if (counts.unscanned <= mostNamed) say({kind: 'unscanned', file: shown, why: verdict.why});
  }
  if (verdict.kind !== 'found') return;
  counts.found += 1;
  if (found.length >= mostFound) {
    counts.left += 1;
    return;
  }
  const header = beginningOf(descriptor, mostHeaderCharacters + 1);
  say({kind: 'found', number: found.length, file: shown, name: verdict.name, header});
  found.push({folder, name, stat});
}

function move(
  maildir: Maildir,
  file: Found | undefined,
  number: number,
  to: Destination,
  {folders}: SweepWish,
  say: (line: SweepLine) => void,
): void {
  if (file === undefined) return;
  try {
    say({kind: 'moved', number, to: maildir.move(file, folders[to])});
  } catch (error) {
    say({kind: 'notMoved', number, why: (error as Error).message});
  }
}
