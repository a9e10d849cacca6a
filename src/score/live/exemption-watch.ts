/**
 * Keeps the exemptions up to date while the daemon runs: reads the whitelist again when its file
 * changes, and this machine's addresses as they come and go. If the file cannot be read, the last good
 * list stays in force, even over a restart: a half-finished edit must not expose any client.
 */
import {Backoff} from '../../base/mechanisms/backoff.js';
import {isWithin} from '../../base/mechanisms/elapsed.js';
import {Troubles} from '../../base/mechanisms/troubles.js';
import {problemText} from '../../base/problem.js';
import type {Say} from '../../base/say.js';
import type {Config} from '../../config/schema.js';
import type {Address} from '../../net/address.js';
import {parseWhitelist, type Whitelist} from '../../net/whitelist.js';
import {Exemptions} from '../exempt.js';
import {entriesText, type WhitelistView} from '../whitelist-view.js';
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

/**
 * The pauses between two tries to read a file that could not be read. Ms: what refuses it may go without a change of
 * the file, and a bad disk holds the daemon up at each try.
 */
export const unreadRetry = {firstMs: 1000, lastMs: 30_000} as const;

/** The list in force. */
type List =
  | {readonly kind: 'neverRead'}
  /** No file could be read, neither now nor in an earlier process. */
  | {readonly kind: 'none'}
  /** From an earlier process. */
  | {readonly kind: 'kept'; readonly whitelist: Whitelist}
  /** From the file, when it had this version. */
  | {readonly kind: 'read'; readonly version: string; readonly whitelist: Whitelist};

/** A version of the file that could not be read, why, and when the next try is due. Ms, monotonic. */
interface Unread {
  readonly version: string;
  readonly againMs: number;
  readonly why: string;
}

/** `unsettled`: a change was seen that is not in force yet. `unread`: the file as it is now cannot be read. */
export type ListState = 'settled' | 'unsettled' | 'unread';

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
  unread: Unread | undefined;

  /** Forgets the list if the file is another one. */
  of(file: string): this {
    if (file !== this.#file) {
      [this.list, this.seen, this.unread] = [{kind: 'neverRead'}, undefined, undefined];
    }
    this.#file = file;
    return this;
  }

  /** The next look tries to read a file that could not be read: an operator asks for it. */
  tryAgain(): void {
    if (this.unread !== undefined) this.unread = {...this.unread, againMs: 0};
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
  readonly #retry = new Backoff(unreadRetry);
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

  /** The list in force, for people. */
  get view(): WhitelistView {
    const {entries, problems} = this.#whitelist;
    const file = this.#file;
    const why = this.#known.unread?.why;
    if (why === undefined) {
      return {kind: 'read', file, entries: entries.length, badLines: problems.length};
    }
    return this.hasList
      ? {kind: 'kept', file, why, entries: entries.length, copy: this.#kept.path}
      : {kind: 'none', file, why};
  }

  get state(): ListState {
    const {list, seen, unread} = this.#known;
    if (unread !== undefined) return unread.version === seen?.version ? 'unread' : 'unsettled';
    return list.kind === 'read' && list.version === seen?.version ? 'settled' : 'unsettled';
  }

  /**
   * Checks both sources.
   *
   * @param nowMs monotonic
   * @returns whether anything has changed
   */
  refresh(nowMs = monotonicMs()): 'changed' | 'same' {
    const listChanged = this.#isNew(nowMs) && this.#readList(nowMs);
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
    const seen = see(this.#known.seen, fileVersion(this.#file), nowMs);
    this.#known.seen = seen;
    const {list, unread} = this.#known;
    if (list.kind === 'neverRead') return true;
    if (list.kind === 'read' && list.version === seen.version) {
      this.#wasRead();
      return false;
    }
    return unread?.version === seen.version ? nowMs >= unread.againMs : settled(seen, nowMs);
  }

  /** The file is the one in force. */
  #wasRead(): void {
    this.#known.unread = undefined;
    this.#retry.succeeded();
    this.#troubles.end('whitelist', `whitelist: ${this.#file} can be read again`);
  }

  /** @returns whether the list is another one now */
  #readList(nowMs: number): boolean {
    const read = readTextFile(this.#file);
    const {version} = read;
    if (read.kind === 'text') {
      this.#known.list = {kind: 'read', version, whitelist: parseWhitelist(this.#file, read.text)};
      this.#wasRead();
      this.#keep(read.text);
      this.#tellProblems();
      this.#say('info', `whitelist: ${this.#countText} in ${this.#file}`);
      return true;
    }
    const isFirst = this.#known.list.kind === 'neverRead';
    const before = isFirst ? this.#kept.read() : undefined;
    if (isFirst) this.#known.list = keptList(this.#file, before);
    this.#known.unread = {version, againMs: nowMs + this.#retry.failed(), why: read.why};
    const kept = this.hasList
      ? `the last good list stays in force (${this.#countText}); an empty file ends it`
      : 'nobody is whitelisted';
    this.#troubles.begin('whitelist', `whitelist: ${read.why}: ${kept}`, 'warning');
    return before !== undefined;
  }

  get #countText(): string {
    return entriesText(this.#whitelist.entries.length);
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

const keptList = (file: string, text: string | undefined): List =>
  text === undefined ? {kind: 'none'} : {kind: 'kept', whitelist: parseWhitelist(file, text)};

/**
 * Checks until a change of the whitelist is in force, or cannot be read: immediately if the file is complete, else
 * once it is.
 *
 * @param look checks once, and ends when what it saw is in force
 */
export async function settle(look: () => Promise<ListState>): Promise<ListState> {
  for (let looks = 1; ; looks++) {
    const state = await look();
    if (state !== 'unsettled' || looks >= mostLooks) return state;
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
