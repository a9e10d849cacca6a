/**
 * Finds the names of users and their numbers, in /etc/passwd, and for a directory such as LDAP by
 * getent(1). Remembers answers for a while, because a spammer makes us look up the same user each second.
 */
import fs from 'node:fs';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {monotonicMs} from '../run/clock.js';
import {runCommand} from '../run/command.js';

/** getent(1): one of the names was not found. An exit code. */
const getentNone = 2;
/** An answer of getent is remembered for so long. Ms. */
const rememberMs = 600_000;
/** We wait for a directory server for at most so long. Ms. */
const timeoutMs = 2000;
/** At most so many answers are remembered. A count. */
const mostKnown = 1000;

interface KnownName {
  readonly name: string;
  /** Until when it is remembered. Ms of the monotonic clock. */
  readonly untilMs: number;
}

export class Users {
  readonly #names = new BoundedMap<number, KnownName>(mostKnown);
  #version = '';
  #local: ReadonlyMap<number, string> = new Map();

  /** @returns undefined if there is no such user in /etc/passwd */
  uidOf(name: string): number | undefined {
    this.#readLocal();
    for (const [uid, each] of this.#local) if (each === name) return uid;
    return undefined;
  }

  /** `unknown`: nobody can tell now, because a directory server does not answer. */
  async whether(name: string): Promise<'exists' | 'missing' | 'unknown'> {
    if (this.uidOf(name) !== undefined) return 'exists';
    const asked = await runCommand('getent', ['passwd', '--', name], {timeoutMs});
    if (asked.kind === 'done') return 'exists';
    return asked.exitCode === getentNone ? 'missing' : 'unknown';
  }

  /** The name if it is known without a look-up, otherwise the number. */
  knownName(uid: number): string {
    this.#readLocal();
    return this.#local.get(uid) ?? this.#names.get(uid)?.name ?? String(uid);
  }

  /** @returns the number itself if it has no name */
  async nameOf(uid: number): Promise<string> {
    this.#readLocal();
    const local = this.#local.get(uid);
    if (local !== undefined) return local;
    const known = this.#names.get(uid);
    if (known !== undefined && monotonicMs() < known.untilMs) return known.name;
    const asked = await runCommand('getent', ['passwd', String(uid)], {timeoutMs});
    const found = asked.kind === 'done' ? /^([^:\n]{1,64}):/.exec(asked.stdout)?.[1] : undefined;
    const name = found ?? String(uid);
    this.#names.set(uid, {name, untilMs: monotonicMs() + rememberMs});
    return name;
  }

  #readLocal(): void {
    try {
      const {mtimeMs, ino, size} = fs.statSync('/etc/passwd');
      const version = `${mtimeMs} ${ino} ${size}`;
      if (version === this.#version) return;
      const rows = fs.readFileSync('/etc/passwd', 'utf8').matchAll(/^([^:\n]+):[^:\n]*:(\d+):/gm);
      const local = new Map<number, string>();
      // If two names have one number, the first counts (getpwuid(3)).
      for (const [, name = '', uid] of rows)
        if (!local.has(Number(uid))) local.set(Number(uid), name);
      this.#local = local;
      this.#version = version;
    } catch {
      // Without the file, users are shown by number.
    }
  }
}
