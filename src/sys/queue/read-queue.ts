/**
 * Reads all messages of sendmail's queues, one after the other, while sendmail works on them.
 * Opens nothing for writing and takes no lock. The caller decides what to search for, and gets each
 * message once, with a function that reads its body.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import {AtMostEvery} from '../../base/mechanisms/elapsed.js';
import {type ControlFile, readControlFile} from '../../queue/control-file.js';
import {isQueueId} from '../../queue/filter.js';
import {type QueuedMessage, messageOf, type UserNames} from '../../queue/message.js';
import {Users} from '../proc/users.js';
import {monotonicMs} from '../run/clock.js';
import {TimeSlice} from '../run/time-slice.js';
import {type MailerFiles, queueDirectories, type QueueDirectory} from './directories.js';
import {lookAtFile, QueueFiles} from './queue-file.js';
import {controlName} from './states.js';

/** Counts of the reading: messages, and files that could not be read or that vanished. */
export interface QueueReading {
  /** Messages that were read. A count. */
  messages: number;
  /** Files that are being written, or were cut off. A count. */
  torn: number;
  /** Files that were delivered or renamed meanwhile. A count. */
  gone: number;
  /** Files that do not belong to a queue. A count, and a few of them with the reason. */
  refused: number;
  readonly why: string[];
  /** Directories and configuration files that cannot be read. */
  readonly problems: string[];
}

export interface FoundMessage {
  readonly message: QueuedMessage;
  /** The beginning of the body; each byte is a character. */
  readonly bodyText: () => string;
}

/** At most so many reasons in each reading. A count: a directory of another kind has thousands. */
const mostReasons = 5;

/** What the name of a file shows about a message. */
type Named = Pick<QueuedMessage, 'id' | 'state'>;

interface ReadWish {
  /** Other messages are counted and not opened. */
  readonly isWanted?: (named: Named) => boolean;
  readonly files?: MailerFiles | undefined;
}

/** Decides nothing, and reads everything once. */
export async function readQueue(
  see: (found: FoundMessage) => void,
  {isWanted = () => true, files}: ReadWish = {},
): Promise<QueueReading> {
  const {directories, problems} = queueDirectories(files);
  const reading = newReading(problems);
  const users = userNames();
  const slice = new TimeSlice();
  for (const directory of directories) {
    const one = new OneDirectory(directory, reading, users);
    for (const name of one.names()) {
      const found = one.read(name, isWanted);
      if (found !== undefined) see(found);
      if (slice.isOver) await slice.next();
    }
  }
  return reading;
}

/** The messages that are still there. @param ids a few, because it searches each queue for each id */
export function readMessages(ids: readonly string[], files?: MailerFiles): QueuedMessage[] {
  const names = ids.filter(isQueueId).flatMap((id) => [`qf${id}`, `hf${id}`]);
  const users = userNames();
  return queueDirectories(files).directories.flatMap((directory) => {
    const one = new OneDirectory(directory, newReading([]), users);
    return names.flatMap((name) => one.read(name, () => true)?.message ?? []);
  });
}

/** Interval of looks for new directories. Ms: sendmail itself finds them after minutes. */
const directoriesMs = 60_000;

/** Finds waiting messages in the queues of the relay, for many calls. Cheap if there is no message with that id. */
export class WaitingMessages {
  readonly #files: MailerFiles | undefined;
  readonly #users = userNames();
  readonly #isTime = new AtMostEvery(directoriesMs);
  #directories: readonly OneDirectory[] = [];

  constructor(files?: MailerFiles) {
    this.#files = files;
  }

  /** @param nowMs of the monotonic clock */
  read(ids: readonly string[], nowMs = monotonicMs()): QueuedMessage[] {
    if (this.#isTime.take(nowMs)) {
      this.#directories = queueDirectories(this.#files)
        .directories.filter(({queue}) => queue === 'relay')
        .map((directory) => new OneDirectory(directory, newReading([]), this.#users));
    }
    const names = ids.filter(isQueueId).map((id) => `qf${id}`);
    return this.#directories.flatMap((one) =>
      names.flatMap((name) => (one.has(name) ? (one.read(name, () => true)?.message ?? []) : [])),
    );
  }
}

const newReading = (problems: readonly string[]): QueueReading => ({
  ...{messages: 0, torn: 0, gone: 0, refused: 0, why: [], problems: [...problems]},
});

/** The names in /etc/passwd. Asks no directory server. */
export function userNames(): UserNames {
  const users = new Users();
  const known = new Map<string, number | undefined>();
  const names = new Map<number, string>();
  return {
    uidOf: (name) => {
      if (!known.has(name)) known.set(name, users.uidOf(name));
      return known.get(name);
    },
    nameOf: (uid) => {
      if (!names.has(uid)) names.set(uid, users.knownName(uid));
      return names.get(uid)!;
    },
  };
}

class OneDirectory {
  readonly #directory: QueueDirectory;
  readonly #reading: QueueReading;
  readonly #users: UserNames;
  readonly #files = new QueueFiles();

  constructor(directory: QueueDirectory, reading: QueueReading, users: UserNames) {
    this.#directory = directory;
    this.#reading = reading;
    this.#users = users;
  }

  names(): string[] {
    try {
      return fs.readdirSync(this.#directory.controls).filter((name) => controlName.test(name));
    } catch (error) {
      this.#reading.problems.push((error as Error).message);
      return [];
    }
  }

  /** Whether the file exists. A failing open costs many times as much. */
  has(name: string): boolean {
    return lookAtFile(`${this.#directory.controls}/${name}`) !== undefined;
  }

  read(name: string, isWanted: (named: Named) => boolean): FoundMessage | undefined {
    const reading = this.#reading;
    const id = name.slice(2);
    const state = name.startsWith('h') ? 'held' : 'waiting';
    if (!isWanted({id, state})) {
      reading.messages += 1;
      return undefined;
    }
    const file = this.#files.control(`${this.#directory.controls}/${name}`, this.#directory);
    if (file.kind === 'gone') reading.gone += 1;
    if (file.kind === 'refused') this.#refuse(name, file.why);
    if (file.kind !== 'text') return undefined;
    const read = readControlFile(file.text);
    if (read.kind === 'torn') reading.torn += 1;
    if (read.kind === 'strange') this.#refuse(name, read.why);
    if (read.kind !== 'control') return undefined;
    reading.messages += 1;
    return this.#found(id, state, read.control);
  }

  #found(id: string, state: Named['state'], control: ControlFile): FoundMessage {
    const {controls, queue} = this.#directory;
    const bodyPath = (): string | undefined => this.#bodyPath(id, control.lines.dataDirectory);
    const place = {
      ...{id, state, queue, directory: controls},
      // The owner is read at once, because a message of the submission may be gone later.
      bodyOwner: queue === 'submission' ? this.#ownerOf(bodyPath()) : undefined,
      // No getter: each object with one would have its own hidden class, which keeps the whole file until the next full collection.
      bodyBytes: () => lookAtFile(bodyPath())?.bytes ?? 0,
    };
    const message = messageOf(control, place, this.#users);
    return {message, bodyText: () => this.#bodyText(bodyPath())};
  }

  /** If the body is elsewhere, it is in another queue of the same mailer: in a directory beside ours. */
  #bodyPath(id: string, elsewhere: string): string | undefined {
    const {bodies} = this.#directory;
    if (elsewhere === '') return join(bodies, `df${id}`);
    const isPlain = /^\/[\w./-]{1,1000}$/.test(elsewhere) && !elsewhere.includes('..');
    return isPlain ? join(elsewhere, `df${id}`) : undefined;
  }

  /** In the queue of the submission a body belongs to its sender, unless the mailer itself made it. */
  #ownerOf(path: string | undefined): number | undefined {
    const uid = lookAtFile(path)?.uid;
    return uid === this.#directory.uid ? undefined : uid;
  }

  #bodyText(path: string | undefined): string {
    const file = path === undefined ? undefined : this.#files.body(path, this.#directory);
    return file?.kind === 'text' ? file.text : '';
  }

  #refuse(name: string, why: string): void {
    const reading = this.#reading;
    reading.refused += 1;
    if (reading.why.length < mostReasons) {
      reading.why.push(`${join(this.#directory.controls, name)}: ${why}`);
    }
  }
}
