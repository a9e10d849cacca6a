/**
 * One syslog message without its frame: when, where, which program, which process, which text.
 * `mail/sendmail/read-message.ts` parses the text.
 */

export interface LogRecord {
  readonly atMs: number;
  readonly host: string;
  readonly program: string;
  /**
   * As the line claims: any process that may write to the log can write any pid. `noPid` if there
   * is none.
   */
  readonly pid: number;
  readonly message: string;
  /** How many such messages it stands for (`message repeated 5 times: […]`). A count, 1 or more. */
  readonly times: number;
  /** Who wrote it, according to the kernel: the journal records that, a file does not. */
  readonly writer: Writer | undefined;
}

/**
 * The pid of a line that names none. Only its queue id connects it with other lines, and the kernel
 * is not asked about it. No process of user space has this number.
 */
export const noPid = 0;

/** Trusted fields of the journal (systemd.journal-fields(7)): no program can choose them. */
export interface Writer {
  /** As this machine numbers processes, whatever number a container uses. */
  readonly pid: number;
  readonly uid: number;
  /**
   * The path of its program. If the process had ended before journald looked, only its name, or
   * nothing.
   */
  readonly executable: string;
}
