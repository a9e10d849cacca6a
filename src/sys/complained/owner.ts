/**
 * Finds the owner of a Maildir, and the owner's group. As root it only looks at the path and
 * opens nothing: below a user's folder that user chooses the names, and may
 * replace them by links before root follows them.
 */
import fs from 'node:fs';
import {isAbsolute, join} from 'node:path';
import {runCommand} from '../run/command.js';

export type OwnerAnswer =
  | {readonly kind: 'owner'; readonly uid: number; readonly gid: number}
  /** This process already runs as the owner. */
  | {readonly kind: 'ourselves'}
  | {readonly kind: 'refused'; readonly why: string};

/** At most so many links of root in the path. A count: the kernel's own bound. */
const mostLinks = 40;
/** Time to look up a user. Ms: a directory such as LDAP may be slow. */
const lookTimeoutMs = 10_000;

export async function ownerOf(path: string): Promise<OwnerAnswer> {
  const uid = uidAt(path);
  if (typeof uid === 'string') return {kind: 'refused', why: uid};
  const own = process.geteuid?.();
  if (own !== 0) {
    const why = `${path}: belongs to another user (uid ${uid}); only root can work for another user`;
    return uid === own ? {kind: 'ourselves'} : {kind: 'refused', why};
  }
  if (uid === 0) {
    const why = `${path}: belongs to root, and nothing here works on files as root; expected a folder of an ordinary user`;
    return {kind: 'refused', why};
  }
  const asked = await runCommand('getent', ['passwd', String(uid)], {timeoutMs: lookTimeoutMs});
  const [, gid] =
    asked.kind === 'done'
      ? (new RegExp(`^[^:\\n]*:[^:\\n]*:${uid}:(\\d{1,10}):`).exec(asked.stdout) ?? [])
      : [];
  if (gid === undefined || Number(gid) === 0) {
    return {kind: 'refused', why: `${path}: belongs to uid ${uid}, who is no user of this machine`};
  }
  return {kind: 'owner', uid, gid: Number(gid)};
}

/** @returns the owner of the folder, or the reason why the path is refused */
function uidAt(path: string): number | string {
  if (!isAbsolute(path)) return `${path}: expected a path that begins with /`;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const owners = new Set<number>();
  let [at, links] = ['/', 0];
  while (parts.length > 0) {
    const part = parts.shift()!;
    const next = join(at, part);
    const stat = fs.lstatSync(next, {throwIfNoEntry: false});
    if (stat === undefined) return `${path}: no such folder`;
    if (stat.isSymbolicLink()) {
      links += 1;
      // A user's link would lead root wherever the user wants.
      if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) return `${next}: a link of a user`;
      if (links > mostLinks) return `${path}: too many links`;
      const target = fs.readlinkSync(next);
      parts.unshift(...target.split('/').filter((each) => each !== '' && each !== '.'));
      if (isAbsolute(target)) at = '/';
      continue;
    }
    if (!stat.isDirectory()) return `${next}: expected a folder`;
    if (parts.length === 0) return whoseTree(path, stat.uid, owners);
    owners.add(stat.uid);
    at = next;
  }
  return `${path}: expected a Maildir`;
}

/**
 * Every folder above must belong to root or to the user. In a folder of another user, that user could replace the
 * Maildir.
 */
function whoseTree(path: string, uid: number, above: ReadonlySet<number>): number | string {
  // A Maildir of root is refused elsewhere, with another message.
  const other = uid === 0 ? undefined : [...above].find((each) => each !== 0 && each !== uid);
  return other === undefined
    ? uid
    : `${path}: belongs to uid ${uid}, and lies in a folder of uid ${other}`;
}
