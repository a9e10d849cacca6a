/**
 * Keeps the exemptions true while the daemon runs: reads the whitelist again when its file has
 * changed, and this machine's addresses as they come and go. A file that cannot be read leaves the
 * last good list in force, also over a restart: a half-finished edit must not expose anybody.
 */
import {problemText} from '../base/problem.js';
import type {Say} from '../base/say.js';
import type {Address} from '../net/address.js';
import {parseWhitelist, type Whitelist} from '../net/whitelist.js';
import {Exemptions} from '../score/exempt.js';
import {localAddresses} from '../sys/run/machine.js';
import {fileVersion, readTextFile} from '../sys/disk/text-file.js';
import {type KeptList, nothingKept} from './kept-list.js';

/** Bad lines told one by one. A count: a log copied over the file has thousands. */
const mostTold = 20;

export class ExemptionWatch {
  readonly #file: string;
  readonly #mailer: Address | undefined;
  readonly #say: Say;
  readonly #kept: KeptList;
  #whitelist: Whitelist;
  #version = 'never read';
  #seen = '';
  #local: readonly Address[] = [];
  #exemptions: Exemptions;

  /** @param kept what was last read in an earlier life; default: nothing is kept */
  constructor(file: string, mailer: Address | undefined, say: Say, kept = nothingKept) {
    this.#kept = kept;
    this.#file = file;
    this.#mailer = mailer;
    this.#say = say;
    this.#whitelist = {file, entries: [], problems: []};
    this.#exemptions = new Exemptions(this.#whitelist, mailer, []);
  }

  get exemptions(): Exemptions {
    return this.#exemptions;
  }

  /** Whether a list has been read, now or before. */
  hasList = false;

  /** Looks at both sources. @returns whether anything has changed */
  refresh(): 'changed' | 'same' {
    const listChanged = this.#isSettled() && this.#readList();
    const local = localAddresses();
    const localChanged = textOf(local) !== textOf(this.#local);
    if (!listChanged && !localChanged) return 'same';
    this.#local = local;
    this.#exemptions = new Exemptions(this.#whitelist, this.#mailer, local);
    return 'changed';
  }

  /**
   * Whether the file has changed, and is the same at two looks: a list that is just being written,
   * cut to nothing and then filled, must not expose anybody for the moment between.
   */
  #isSettled(): boolean {
    const seen = fileVersion(this.#file);
    const before = this.#seen;
    this.#seen = seen;
    if (this.#version === 'never read') return true;
    return seen === before && seen !== this.#version;
  }

  #readList(): boolean {
    const read = readTextFile(this.#file);
    const first = this.#version === 'never read';
    this.#version = read.version;
    if (read.kind !== 'text') {
      const before = first ? this.#kept.read() : undefined;
      if (before !== undefined) this.#take(before);
      const kept = this.hasList
        ? `the last good list stays in force (${this.#countText}); an empty file ends it`
        : 'nobody is whitelisted';
      this.#say('warning', `whitelist: ${read.why}: ${kept}`);
      return before !== undefined;
    }
    this.#take(read.text);
    this.#keep(read.text);
    this.#tellProblems();
    this.#say('info', `whitelist: ${this.#countText} in ${this.#file}`);
    return true;
  }

  get #countText(): string {
    const {length} = this.#whitelist.entries;
    return length === 1 ? 'one entry' : `${length} entries`;
  }

  #take(text: string): void {
    this.hasList = true;
    this.#whitelist = parseWhitelist(this.#file, text);
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
    for (const problem of problems.slice(0, mostTold)) this.#say('warning', problemText(problem));
    if (problems.length > mostTold) {
      const more = problems.length - mostTold;
      this.#say('warning', `whitelist: ${more} more bad lines in ${this.#file}`);
    }
  }
}

const textOf = (addresses: readonly Address[]): string =>
  addresses
    .map(({text}) => text)
    .sort()
    .join(' ');
