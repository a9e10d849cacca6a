/**
 * Decides to which unit, container or session a process belongs, from /proc/PID/cgroup (cgroups(7)):
 * `0::/system.slice/apache2.service`, or a line for each controller. Folders are made by systemd and
 * by the managers of containers, each with names of its own.
 */
import type {Home} from './owner.js';

/** Names longer than this are cut. Characters: a container's is 64. */
const nameCharacters = 80;

const containers: readonly RegExp[] = [
  /(?:^|\/)(?:docker|libpod|cri-containerd|crio|containerd)[-/]([0-9a-f]{12,64})(?:\.scope)?(?:\/|$)/,
  /(?:^|\/)kubepods[^/]*\/(?:.*\/)?([0-9a-f]{64})(?:\/|$)/,
  /(?:^|\/)lxc(?:\.payload)?[./]([\w.-]+)(?:\/|$)/,
  /(?:^|\/)machine\.slice\/(?:machine-|systemd-nspawn@)([^/]+?)\.(?:scope|service)(?:\/|$)/,
];

/** @param text of the file; @returns `none` also for what is in no folder */
export function homeOf(text: string): Home {
  const paths = [...text.matchAll(/^\d+:([^:\n]*):(\/.*)$/gm)];
  // systemd's own hierarchy tells most; the unified one has no name.
  const order = (controllers: string): number =>
    controllers === '' ? 0 : controllers === 'name=systemd' ? 1 : 2;
  const sorted = paths.sort(([, a = ''], [, b = '']) => order(a) - order(b));
  for (const [, , path = ''] of sorted) {
    const home = homeAt(path);
    if (home.kind !== 'none') return home;
  }
  return {kind: 'none'};
}

function homeAt(path: string): Home {
  for (const shape of containers) {
    const name = shape.exec(path)?.[1];
    if (name !== undefined)
      return {kind: 'container', name: unescaped(name).slice(0, nameCharacters)};
  }
  const folders = path.split('/');
  const unit = folders.findLast((folder) => /\.(?:service|socket|mount)$/.test(folder));
  const session = folders.findLast((folder) => /^session-.*\.scope$/.test(folder));
  const user = /(?:^|\/)user-(\d+)\.slice(?:\/|$)/.exec(path)?.[1];
  if (session !== undefined) {
    const name = user === undefined ? session : `${session} of uid ${user}`;
    return {kind: 'session', name: name.slice(0, nameCharacters)};
  }
  return unit === undefined
    ? {kind: 'none'}
    : {kind: 'unit', name: unescaped(unit).slice(0, nameCharacters)};
}

/** systemd writes what a name may not hold as `\x2d`. */
const unescaped = (name: string): string =>
  name.replaceAll(/\\x([0-9a-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
