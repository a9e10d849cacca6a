/**
 * Finds out whose a Maildir is, and under which group its owner works. Root looks at the path and
 * opens nothing: below a folder that belongs to a user, that user chooses the names, and may
 * replace them by links before root follows them.
 */
import fs from 'node:fs';
import {isAbsolute, join} from 'node:path';
import {runCommand} from '../run/command.js';

export type OwnerAnswer =
  | {readonly kind: 'owner'; readonly uid: number; readonly gid: number}
  /** This process works as the owner already. */
  | {readonly kind: 'ourselves'}
  | {readonly kind: 'refused'; readonly why: string};

/** Links of root in the path. A count: as the kernel has it. */
const mostLinks = 40;
/** Where users are kept elsewhere (LDAP), somebody has to be asked. Ms. */
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

/** @returns the owner of the folder, or why there is none that counts */
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
      // A user's link leads root where the user likes.
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
 * Above the folder of a user stand folders of root, and the user's own: another user could exchange
 * a foreign one.
 */
function whoseTree(path: string, uid: number, above: ReadonlySet<number>): number | string {
  // Root's own is refused for another reason.
  const other = uid === 0 ? undefined : [...above].find((each) => each !== 0 && each !== uid);
  return other === undefined
    ? uid
    : `${path}: belongs to uid ${uid}, and lies in a folder of uid ${other}`;
}
