/**
 * Finds the directories of sendmail's queues that sendmail.cf and submit.cf name and that exist
 * now. A queue may have its files in `qf`, `df` and `xf` below it. Reads no message.
 */
import fs from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {type QueuePath, queuePathsOf} from '../../queue/queue-paths.js';
import {readTextFile} from '../disk/text-file.js';

export interface QueueDirectory {
  readonly queue: 'relay' | 'submission';
  /** The directory of the control files. */
  readonly controls: string;
  /** The directory of the bodies; the same one if the queue is not split. */
  readonly bodies: string;
  /** The user who may put files there. */
  readonly uid: number;
  readonly gid: number;
  readonly strangers: 'mayWrite' | 'mayNotWrite';
}

interface QueueDirectories {
  readonly directories: readonly QueueDirectory[];
  /** Paths that cannot be read, one line each. */
  readonly problems: readonly string[];
  /** Those of them in which messages may lie: what is not there holds none. */
  readonly unread: readonly string[];
}

/** The paths of the mailer's configuration. */
export interface MailerFiles {
  readonly relay: readonly string[];
  readonly submission: readonly string[];
}

/** The paths of distributions. The first one that exists counts. */
export const mailerFiles: MailerFiles = {
  relay: ['/etc/mail/sendmail.cf', '/etc/sendmail.cf'],
  submission: ['/etc/mail/submit.cf'],
};

/** At most so many directories of one pattern. A count: sites have a few dozen. */
const mostOfPattern = 1000;

export function queueDirectories(files: MailerFiles = mailerFiles): QueueDirectories {
  const both = (['relay', 'submission'] as const).map((queue) =>
    directoriesOf(queue, files[queue]),
  );
  return {
    directories: both.flatMap(({directories}) => directories),
    problems: both.flatMap(({problems}) => problems),
    unread: both.flatMap(({unread}) => unread),
  };
}

function directoriesOf(queue: QueueDirectory['queue'], paths: readonly string[]): QueueDirectories {
  const read = paths.map(readTextFile);
  const first = read.find(({kind}) => kind !== 'missing') ?? read[0];
  if (first?.kind !== 'text')
    return {directories: [], problems: first ? [first.why] : [], unread: []};
  const file = paths[read.indexOf(first)] ?? '';
  const found = queuePathsOf(first.text);
  const problems = found.problems.map((why) => `${file}: ${why}`);
  const unread: string[] = [];
  const directories = found.paths.flatMap((path) => {
    const all = expanded(path);
    const none = all.length === 0 ? whyNone(path) : undefined;
    if (none !== undefined) problems.push(`${file}: ${none.why}`);
    if (none?.is === 'unread') unread.push(none.why);
    return all.flatMap((each) => {
      const one = queueIn(queue, each);
      if (one.kind === 'queue') return [one.directory];
      problems.push(one.why);
      unread.push(one.why);
      return [];
    });
  });
  return {directories, problems, unread};
}

/** Expands a pattern as sendmail does: links count, and names that begin with a dot do not (queue.c multiqueue_cache()). */
function expanded({path, isPattern}: QueuePath): string[] {
  if (!isPattern) return isDirectory(path) ? [path] : [];
  const [folder, begin] = [dirname(path), path.endsWith('/') ? '' : basename(path)];
  const above = path.endsWith('/') ? path : folder;
  return namesIn(above)
    .filter((name) => name.startsWith(begin) && !name.startsWith('.'))
    .sort()
    .map((name) => join(above, name))
    .filter(isDirectory)
    .slice(0, mostOfPattern);
}

type OneQueue =
  | {readonly kind: 'queue'; readonly directory: QueueDirectory}
  | {readonly kind: 'unread'; readonly why: string};

function queueIn(queue: QueueDirectory['queue'], path: string): OneQueue {
  const sub = (name: string) => (isDirectory(join(path, name)) ? join(path, name) : path);
  const [controls, bodies] = [sub('qf'), sub('df')];
  try {
    const {uid, gid, mode} = fs.statSync(controls);
    const strangers = (mode & 0o002) === 0 ? 'mayNotWrite' : 'mayWrite';
    fs.accessSync(controls, fs.constants.R_OK | fs.constants.X_OK);
    return {kind: 'queue', directory: {queue, controls, bodies, uid, gid, strangers}};
  } catch (error) {
    return {kind: 'unread', why: (error as Error).message};
  }
}

interface NoQueue {
  readonly is: 'missing' | 'unread';
  readonly why: string;
}

function whyNone({path, isPattern}: QueuePath): NoQueue {
  const above = isPattern ? dirname(`${path}x`) : path;
  try {
    fs.readdirSync(above);
    return {is: 'missing', why: `${path}: no such queue`};
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    return {is: code === 'ENOENT' ? 'missing' : 'unread', why: message};
  }
}

const isDirectory = (path: string): boolean => {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
};

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
