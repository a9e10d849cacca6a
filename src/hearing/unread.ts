/** Why a log cannot be read, and what helps. Decides only the words; the error comes from the system. */

interface SystemError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly path?: string | undefined;
}

const denied = 'permission denied';
/** Debian gives the logs to the group adm. */
const asMember = 'run it as root, or as a member of the group adm';

/** Without the path, for lines that name it themselves. */
export function whyUnread({code, message}: SystemError): string {
  if (code === 'ENOENT') return 'no such file';
  return code === 'EACCES' ? denied : message;
}

/** @param otherwise helps if it is not a matter of rights; empty: nothing is known that does */
export function withHelp(why: string, otherwise = ''): string {
  const help = why === denied ? asMember : otherwise;
  return help === '' ? why : `${why}: ${help}`;
}

/** A whole line. @param log for errors that name no path */
export function unreadLog(log: string, error: SystemError): string {
  const why = whyUnread(error);
  return why === error.message ? why : `${error.path ?? log}: ${withHelp(why)}`;
}
