/**
 * Names of users and their numbers, from /etc/passwd, and where they are kept elsewhere (LDAP) from
 * getent(1). Answers are remembered for a while: a spammer makes us ask for the same one each second.
 */
import fs from 'node:fs';
import {BoundedMap} from '../../base/mechanisms/bounded-map.js';
import {monotonicMs} from '../run/clock.js';
import {runCommand} from '../run/command.js';

/** How long an answer of getent counts. Ms. */
const rememberMs = 600_000;
/** A directory server that does not answer holds nobody up. Ms. */
const timeoutMs = 2000;
/** Answers remembered. A count. */
const mostKnown = 1000;

interface KnownName {
  readonly name: string;
  /** By the clock that nobody can set. */
  readonly untilMs: number;
}

export class Users {
  readonly #names = new BoundedMap<number, KnownName>(mostKnown);
  #version = '';
  #local: ReadonlyMap<number, string> = new Map();

  /** @returns undefined when no such user is known here */
  uidOf(name: string): number | undefined {
    this.#readLocal();
    for (const [uid, each] of this.#local) if (each === name) return uid;
    return undefined;
  }

  /** The name, where it needs no asking; else the number. */
  knownName(uid: number): string {
    this.#readLocal();
    return this.#local.get(uid) ?? this.#names.get(uid)?.name ?? String(uid);
  }

  /** @returns the number itself where it has no name */
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
      // Of two names with one number the first is meant (getpwuid(3)).
      for (const [, name = '', uid] of rows)
        if (!local.has(Number(uid))) local.set(Number(uid), name);
      this.#local = local;
      this.#version = version;
    } catch {
      // Numbers have to do.
    }
  }
}
