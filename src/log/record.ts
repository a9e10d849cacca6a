/**
 * One message of the syslog, out of its frame: when, where, which program, which process, what it
 * said. What the message means is for `mail/sendmail/read-message.ts`.
 */

export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly host: string;
  readonly program: string;
  /**
   * As the line says: any process that may write to the log can write any pid. `noPid` if it names
   * none.
   */
  readonly pid: number;
  readonly message: string;
  /** How many such messages it stands for: `message repeated 5 times: […]`. A count, 1 or more. */
  readonly times: number;
  /** Who wrote it, if somebody who asked the kernel tells: the journal does, a file does not. */
  readonly writer: Writer | undefined;
}

/**
 * A line that names no process. Only its queue id ties it to others, and blocksmtp does not ask the
 * machine about it. No process of user space has this number.
 */
export const noPid = 0;

/** Trusted fields of the journal (systemd.journal-fields(7)): no program can choose them. */
export interface Writer {
  /** As this machine numbers processes, whatever a container calls its own. */
  readonly pid: number;
  readonly uid: number;
  /** Its path; of a process that had ended when it was looked at only its name, or nothing. */
  readonly executable: string;
}
