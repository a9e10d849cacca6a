/**
 * The sockets beside that of root: through one members of a group may ask and change nothing, through the other
 * the mailer hands in what came back to a complaint. Decides where they are, and which requests each takes. Who
 * may connect is for the modes of the folder and of the file.
 */
import type {CommandName, Request} from './protocol.js';

/** The groups of the shipped unit, for messages. */
const readingGroup = 'blocksmtp';
const returningGroup = 'mail';

const asking: ReadonlySet<CommandName> = new Set([
  'list',
  'status',
  'why',
  'senders',
  'waiting',
  'report',
  'contact',
]);

/** Whether it changes nothing. */
export const onlyAsks = ({command}: Pick<Request, 'command'>): boolean => asking.has(command);

/** `/run/blocksmtp/control.sock` → `/run/blocksmtp/read/control.sock`: the folder has a group of its own. */
export const readingSocketOf = (controlSocket: string): string =>
  controlSocket.replace(/\/([^/]*)$/, '/read/$1');

/** Whether it only notes what came back. Who was not sent the id cannot name it. */
export const onlyReturns = ({command}: Pick<Request, 'command'>): boolean =>
  command === 'complaintAnswer';

/** `/run/blocksmtp/control.sock` → `/run/blocksmtp/returned/control.sock`. */
export const returningSocketOf = (controlSocket: string): string =>
  controlSocket.replace(/\/([^/]*)$/, '/returned/$1');

/** The socket beside that of root through which a request may come; undefined: there is none for it. */
export function sideSocketOf(
  controlSocket: string,
  request: Pick<Request, 'command'>,
): string | undefined {
  if (onlyAsks(request)) return readingSocketOf(controlSocket);
  return onlyReturns(request) ? returningSocketOf(controlSocket) : undefined;
}

/** What is told to somebody who may not. */
export function deniedText(request: Pick<Request, 'command'>): string {
  const group = onlyAsks(request) ? readingGroup : onlyReturns(request) ? returningGroup : '';
  const member = group === '' ? '' : `, or a member of group ${group}`;
  return `permission denied: run it as root${member}`;
}
