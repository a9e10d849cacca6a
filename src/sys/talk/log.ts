/**
 * Writes the daemon's own lines to standard error, a file and the syslog. The only file that uses
 * winston. Decides the form of a line, not what to log.
 *
 * In the syslog our lines have the facility daemon and our own tag. So even in
 * the log that we follow they do not look like lines of the mailer.
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
  /** `none`: the standard error output is used for something else. Default: `log`. */
  readonly errorOutput?: 'log' | 'none';
}

export interface Log {
  readonly say: Say;
  /** Whether a line of this level would be shown. For lines that are expensive to make. */
  shows(level: LogLevel): boolean;
  /** Resolves when every message was written, or cannot be. */
  close(): Promise<void>;
}

const {combine, printf, timestamp} = winston.format;

/**
 * Makes a message one line, whatever it quotes. Foreign text is made printable where a message is written. If that was
 * forgotten somewhere, this keeps control characters from the terminal.
 */
const inOneLine = (message: unknown): string =>
  String(message).replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '?');

const stamped = combine(
  timestamp({format: () => localStamp(Date.now())}),
  printf((line) => `${String(line['timestamp'])} ${line.level} ${inOneLine(line.message)}`),
);

/** Under systemd a line begins with its severity, and needs no time (sd-daemon(3)). */
const journalled = printf(
  (line) => `<${syslogSeverity[line.level as LogLevel]}>${inOneLine(line.message)}`,
);

export function openLog(settings: LogSettings): Log {
  const level = logLevels[settings.debug] ?? 'debug';
  const syslog = settings.debugToSyslog ? new SyslogStream() : undefined;
  const {Stream} = winston.transports;
  const stderrForm = isJournal() ? journalled : stamped;
  // Under systemd the journal also reads the syslog socket, so one copy there is enough.
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
  // A log that cannot be written must not end the daemon. The error cannot be reported anywhere.
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
 * Opens the file for each line. So after logrotate has moved it, the next line makes a new file, without a
 * signal. If another user puts something else there, we do not wait for it. A line that cannot be written is lost, and
 * the next one is tried. Refused: winston's own transport, which ends the process if the folder is missing.
 */
function appendTo(path: string): Writable {
  return new Writable({
    write: (line: string | Buffer, _encoding, done) => {
      try {
        appendText(path, line);
      } catch {
        // The error cannot be reported anywhere.
      }
      done();
    },
  });
}

/** At the end of the process, the log gets at most so long. Ms. */
const closeMs = 2000;

/** Whether standard error is the journal: systemd gives its device and inode (systemd.exec(5), JOURNAL_STREAM). */
function isJournal(): boolean {
  try {
    const {dev, ino} = fs.fstatSync(process.stderr.fd, {bigint: true});
    return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
