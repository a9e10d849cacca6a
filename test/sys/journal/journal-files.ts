/** Makes real journal files, with systemd's own writer, and reads them as the daemon would. */
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import type {JournalPosition} from '../../../src/log/position.js';
import type {JournalEvent} from '../../../src/log/source-event.js';
import {type JournalBatch, JournalFollower, silence} from '../../../src/sys/journal/journal.js';
import {Recorder} from '../../support/recorder.js';

/** Not in the PATH; Debian's package systemd-journal-remote. */
export const journalWriter = '/lib/systemd/systemd-journal-remote';

export interface Wanted {
  readonly message: string | Buffer;
  readonly identifier?: string;
  /** Decides the order and the time: microseconds after a fixed moment. */
  readonly atUs: number;
  readonly fields?: Readonly<Record<string, string>>;
}

const firstUs = 1_795_278_000_000_000;

/** Appends entries to the journal file of this name in the folder. */
export function writeJournal(
  folder: string,
  entries: readonly Wanted[],
  file = 'system.journal',
): void {
  fs.mkdirSync(folder, {recursive: true});
  const input = Buffer.concat(entries.map(exported));
  const parameters = ['-o', join(folder, file), '-'];
  execFileSync(journalWriter, parameters, {input, stdio: ['pipe', 'ignore', 'pipe']});
}

/** The export format: https://systemd.io/JOURNAL_EXPORT_FORMATS */
function exported({message, identifier = 'sm-mta', atUs, fields = {}}: Wanted): Buffer {
  const all = {
    __REALTIME_TIMESTAMP: `${firstUs + atUs}`,
    __MONOTONIC_TIMESTAMP: 1_000_000 + atUs,
    _BOOT_ID: '53e0077cabed404aa440ee2c6f64404f',
    _HOSTNAME: 'relay',
    _TRANSPORT: 'syslog',
    _PID: 7,
    SYSLOG_IDENTIFIER: identifier,
    ...fields,
  };
  const text = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  const bytes = Buffer.from(message);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([
    Buffer.from(`${text.join('')}MESSAGE\n`),
    length,
    bytes,
    Buffer.from('\n\n'),
  ]);
}

/** Runs a JournalFollower over a folder and keeps what it gives, as the daemon would. */
export class JournalReader extends Recorder<JournalEvent, JournalBatch> {
  constructor(
    path: string,
    resume: JournalPosition | 'end',
    identifiers = ['sm-mta'],
    bounds = silence,
  ) {
    super(
      (report) => new JournalFollower(identifiers, resume, report, {kind: 'folder', path}, bounds),
      ({records}) => records.map(({message}) => message),
    );
  }

  get messages(): readonly string[] {
    return this.texts;
  }

  get position(): JournalPosition {
    const position = this.batches.at(-1)?.position;
    if (position === undefined) throw new Error('no position yet');
    return position;
  }

  /** Ends the reading. @throws what ended it before */
  async stop(): Promise<JournalPosition> {
    await this.end();
    return this.position;
  }
}

/** The journalctl processes that read this folder and were started by us or by nobody any more. */
export function childrenReading(folder: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isReading(name, folder))
    .map(Number);
}

function isReading(pid: string, folder: string): boolean {
  try {
    const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0]?.endsWith('journalctl') === true && words.includes(`--directory=${folder}`);
  } catch {
    return false;
  }
}
