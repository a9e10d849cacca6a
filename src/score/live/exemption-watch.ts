/**
 * Keeps the exemptions up to date while the daemon runs: reads the whitelist again when its file
 * changes, and this machine's addresses as they come and go. If the file cannot be read, the last good
 * list stays in force, even over a restart: a half-finished edit must not expose any client.
 */
import {isWithin} from '../../base/mechanisms/elapsed.js';
import {Troubles} from '../../base/mechanisms/troubles.js';
import {problemText} from '../../base/problem.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Address} from '../../net/address.js';
import {parseWhitelist, type Whitelist} from '../../net/whitelist.js';
import {Exemptions} from '../exempt.js';
import {monotonicMs, pause, pauseUnless} from '../../sys/run/clock.js';
import {localAddresses} from '../../sys/run/machine.js';
import {fileVersion, readTextFile} from '../../sys/disk/text-file.js';
import {type KeptList, nothingKept} from './kept-list.js';

/** Bad lines reported one by one. A count: a log copied over the file has thousands. */
const mostReported = 20;

/** After this long without a change, the file is complete. Ms: a script writes it line by line. */
export const settleMs = 1000;

/** How soon a reload checks a whitelist again while it is being written. Ms. */
const lookAgainMs = 250;
/** How often a reload checks it before it gives up. A count: three seconds. */
const mostLooks = 12;

/** The list in force, and the version of its file at the last reading. */
type List =
  | {readonly kind: 'neverRead'}
  /** No file could be read, neither now nor in an earlier life. */
  | {readonly kind: 'none'; readonly version: string}
  /** `kept`: from an earlier process; `read`: from the file. */
  | {readonly kind: 'kept' | 'read'; readonly version: string; readonly whitelist: Whitelist};

/** A version of the file, and since when we have seen it. Ms, monotonic. */
interface Seen {
  readonly version: string;
  readonly sinceMs: number;
}

/** What is known after one more look at the file. */
export function see(before: Seen | undefined, version: string, nowMs: number): Seen {
  return before?.version === version ? before : {version, sinceMs: nowMs};
}

/**
 * Whether the file is complete. While somebody rewrites it, it may be empty for a moment; that must not
 * expose any client.
 */
export const settled = ({sinceMs}: Seen, nowMs: number): boolean =>
  !isWithin(sinceMs, settleMs, nowMs);

/**
 * What is known about the whitelist and this machine's addresses. The next life of the daemon starts with it, so that
 * a reload does not read a list that is being written.
 */
export class KnownWhitelist {
  #file = '';
  /** This machine's addresses as they were last read; undefined: they never were. */
  local: readonly Address[] | undefined;
  list: List = {kind: 'neverRead'};
  seen: Seen | undefined;

  /** Forgets the list if the file is another one. */
  of(file: string): this {
    if (file !== this.#file) [this.list, this.seen] = [{kind: 'neverRead'}, undefined];
    this.#file = file;
    return this;
  }
}

/** The exemptions in the configuration, and the file with the others. */
type ExemptionSettings = Pick<Config, 'whiteList' | 'mailerIp' | 'trustedRelays'>;

export class ExemptionWatch {
  readonly #file: string;
  readonly #settings: ExemptionSettings;
  readonly #say: Say;
  readonly #kept: KeptList;
  readonly #known: KnownWhitelist;
  readonly #troubles: Troubles;
  #local: readonly Address[] = [];
  #exemptions: Exemptions;

  /**
   * @param kept the list as last read before this process started; default: none
   * @param known what an earlier life of this process knew; default: nothing
   */
  constructor(
    settings: ExemptionSettings,
    say: Say,
    kept = nothingKept,
    known = new KnownWhitelist(),
  ) {
    this.#file = settings.whiteList;
    this.#known = known.of(this.#file);
    this.#kept = kept;
    this.#settings = settings;
    this.#say = say;
    this.#troubles = new Troubles(say);
    this.#exemptions = this.#exempt([]);
  }

  get exemptions(): Exemptions {
    return this.#exemptions;
  }

  /** Whether a list was ever read, now or in an earlier life. */
  get hasList(): boolean {
    return this.#known.list.kind === 'read' || this.#known.list.kind === 'kept';
  }

  /** `unsettled`: the last look showed a change that is not in force yet. */
  get state(): 'settled' | 'unsettled' {
    const isRead =
      this.#known.list.kind !== 'neverRead' &&
      this.#known.list.version === this.#known.seen?.version;
    return isRead ? 'settled' : 'unsettled';
  }

  /**
   * Checks both sources.
   *
   * @param nowMs monotonic
   * @returns whether anything has changed
   */
  refresh(nowMs = monotonicMs()): 'changed' | 'same' {
    const listChanged = this.#isNew(nowMs) && this.#readList();
    const local = this.#lookAtLocal();
    const localChanged = textOf(local) !== textOf(this.#local);
    if (!listChanged && !localChanged) return 'same';
    this.#local = local;
    this.#exemptions = this.#exempt(local);
    return 'changed';
  }

  /** If the look fails, the last known addresses stay exempt. */
  #lookAtLocal(): readonly Address[] {
    const found = localAddresses();
    if (found.kind === 'read') {
      this.#known.local = found.addresses;
      this.#troubles.end('local', 'the addresses of this machine can be read again');
      return found.addresses;
    }
    const {local} = this.#known;
    const who = local === undefined ? 'of them, only the loopback is' : 'the last known ones stay';
    const message = `the addresses of this machine cannot be read: ${found.why}: ${who} exempt; the next look is in a second`;
    this.#troubles.begin('local', message);
    return local ?? [];
  }

  #exempt(local: readonly Address[]): Exemptions {
    const {mailerIp, trustedRelays} = this.#settings;
    return new Exemptions(this.#whitelist, mailerIp, local, trustedRelays);
  }

  get #whitelist(): Whitelist {
    const list = this.#known.list;
    const isThere = list.kind === 'read' || list.kind === 'kept';
    return isThere ? list.whitelist : {file: this.#file, entries: [], problems: []};
  }

  /**
   * Whether the file must be read. At the start it is read as it is, because no client is exempt before.
   */
  #isNew(nowMs: number): boolean {
    this.#known.seen = see(this.#known.seen, fileVersion(this.#file), nowMs);
    if (this.#known.list.kind === 'neverRead') return true;
    return (
      this.#known.seen.version !== this.#known.list.version && settled(this.#known.seen, nowMs)
    );
  }

  /** @returns whether the list is another one now */
  #readList(): boolean {
    const read = readTextFile(this.#file);
    const {version} = read;
    if (read.kind === 'text') {
      this.#known.list = {kind: 'read', version, whitelist: parseWhitelist(this.#file, read.text)};
      this.#keep(read.text);
      this.#tellProblems();
      this.#say('info', `whitelist: ${this.#countText} in ${this.#file}`);
      return true;
    }
    const isFirst = this.#known.list.kind === 'neverRead';
    const before = isFirst ? this.#kept.read() : undefined;
    this.#known.list = unread(this.#known.list, version);
    if (before !== undefined) {
      this.#known.list = {kind: 'kept', version, whitelist: parseWhitelist(this.#file, before)};
    }
    const kept = this.hasList
      ? `the last good list stays in force (${this.#countText}); an empty file ends it`
      : 'nobody is whitelisted';
    this.#say('warning', `whitelist: ${read.why}: ${kept}`);
    return before !== undefined;
  }

  get #countText(): string {
    const {length} = this.#whitelist.entries;
    return length === 1 ? 'one entry' : `${length} entries`;
  }

  #keep(text: string): void {
    try {
      if (this.#kept.read() !== text) this.#kept.write(text);
    } catch (error) {
      const message = `whitelist: not kept for the next start: ${(error as Error).message}`;
      this.#say('warning', message);
    }
  }

  #tellProblems(): void {
    const {problems} = this.#whitelist;
    for (const problem of problems.slice(0, mostReported))
      this.#say('warning', problemText(problem));
    if (problems.length > mostReported) {
      const more = problems.length - mostReported;
      this.#say('warning', `whitelist: ${more} more bad lines in ${this.#file}`);
    }
  }
}

/** What stays in force if the file cannot be read. */
const unread = (list: List, version: string): List =>
  list.kind === 'neverRead' ? {kind: 'none', version} : {...list, version};

/**
 * Checks until a change of the whitelist is in force: immediately if the file is complete, else once it
 * is.
 *
 * @param look checks once, and ends when what it saw is in force
 */
export async function settle(
  look: () => Promise<'settled' | 'unsettled'>,
): Promise<'settled' | 'unsettled'> {
  for (let looks = 1; ; looks++) {
    const state = await look();
    if (state === 'settled' || looks >= mostLooks) return state;
    await pause(lookAgainMs);
  }
}

/** How often a start looks for this machine's addresses before it goes on without them. A count: three seconds. */
export const mostFirstLooks = 12;

/** Waits until this machine's addresses are known: no address of ours is judged as a client's before. */
export async function awaitAddresses(known: KnownWhitelist, stop: AbortSignal): Promise<void> {
  for (let looks = 1; known.local === undefined && !stop.aborted; looks++) {
    const found = localAddresses();
    if (found.kind === 'read') known.local = found.addresses;
    else if (looks >= mostFirstLooks) return;
    else await pauseUnless(stop, lookAgainMs);
  }
}

const textOf = (addresses: readonly Address[]): string =>
  addresses
    .map(({text}) => text)
    .sort()
    .join(' ');
