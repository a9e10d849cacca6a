/**
 * Where the daemon's own lines go: standard error, a file, the syslog. The one place that knows
 * winston. Decides the form of a line, not what to log.
 *
 * In the syslog our lines have the facility daemon and our own tag, so that even when they land in
 * the log that we follow they are no mailer's and count for nothing.
 */
import fs from 'node:fs';
import {Writable} from 'node:stream';
import winston from 'winston';
import {type LogLevel, logLevels, type Say, syslogSeverity} from '../../base/say.js';
import {localStamp} from '../../base/time-text.js';
import {appendText} from '../disk/regular-file.js';
import {atMost} from '../run/at-most.js';
import {SyslogStream} from './syslog-stream.js';

interface LogSettings {
  /** 0 to 4: the highest index in `logLevels` that is shown. */
  readonly debug: number;
  readonly logFile: string;
  readonly debugToSyslog: boolean;
  /** `none`: our standard error output is another's. Default: `log`. */
  readonly errorOutput?: 'log' | 'none';
}

export interface Log {
  readonly say: Say;
  /** Whether a line of this level would be shown: for lines that are costly to make. */
  shows(level: LogLevel): boolean;
  /** Ends when every message is where it belongs, or cannot get there. */
  close(): Promise<void>;
}

const {combine, printf, timestamp} = winston.format;

/**
 * One thing is one line, whatever is quoted in it: what is foreign is made printable where it is put into
 * words, and where that was forgotten no terminal obeys it.
 */
const inOneLine = (message: unknown): string =>
  String(message).replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '?');

const stamped = combine(
  timestamp({format: () => localStamp(Date.now())}),
  printf((line) => `${String(line['timestamp'])} ${line.level} ${inOneLine(line.message)}`),
);

/** What sd-daemon(3) says: under systemd a line begins with its severity and needs no time. */
const journalled = printf(
  (line) => `<${syslogSeverity[line.level as LogLevel]}>${inOneLine(line.message)}`,
);

export function openLog(settings: LogSettings): Log {
  const level = logLevels[settings.debug] ?? 'debug';
  const syslog = settings.debugToSyslog ? new SyslogStream() : undefined;
  const {Stream} = winston.transports;
  const stderrForm = isJournal() ? journalled : stamped;
  // Under systemd the syslog's socket is the journal's too: one copy there is enough.
  const isTwice = isJournal() && syslog !== undefined;
  const transports = [
    ...(isTwice || settings.errorOutput === 'none'
      ? []
      : [new Stream({stream: process.stderr, format: stderrForm})]),
    ...(settings.logFile === ''
      ? []
      : [new Stream({stream: appendTo(settings.logFile), format: stamped})]),
    ...(syslog === undefined ? [] : [new Stream({stream: syslog, format: journalled})]),
  ];
  const levels = Object.fromEntries(logLevels.map((name, index) => [name, index]));
  const logger = winston.createLogger({levels, level, transports});
  // A log that cannot be written must not end the guard; there is nobody else to tell.
  logger.on('error', () => undefined);
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
  return {
    say: (at, message) => void logger.log(at, message),
    shows: (at) => logLevels.indexOf(at) <= settings.debug,
    close: async () => {
      const closed = new Promise<void>((resolve) => logger.once('finish', resolve));
      logger.end();
      await atMost(
        closeMs,
        closed.then(() => syslog?.drained()),
      );
    },
  };
}

const ignore = (): void => undefined;

/**
 * Opens the file for each line: after logrotate has moved it, the next line makes a new one, with no
 * signal. Nobody who puts something else there makes us wait. A line that the file does not take is lost, and the next is tried: winston's own transport ends
 * the process when the folder is missing.
 */
function appendTo(path: string): Writable {
  return new Writable({
    write: (line: string | Buffer, _encoding, done) => {
      try {
        appendText(path, line);
      } catch {
        // There is nobody else to tell.
      }
      done();
    },
  });
}

/** Nobody waits longer for the log at the end. Ms. */
const closeMs = 2000;

/** systemd tells the device and inode of the journal's end (systemd.exec(5), JOURNAL_STREAM). */
function isJournal(): boolean {
  try {
    const {dev, ino} = fs.fstatSync(process.stderr.fd, {bigint: true});
    return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
