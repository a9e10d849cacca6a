/**
 * The two sockets next to root's. Through one the members of a group ask, and change nothing.
 * Through the other the mailer hands in replies to complaints. Decides where the sockets are, and
 * which requests each takes. The modes of the folder and of the file decide who may connect.
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

/** Whether it only notes what came back. Somebody who was not sent the id cannot name it. */
export const onlyReturns = ({command}: Pick<Request, 'command'>): boolean =>
  command === 'complaintAnswer';

/** `/run/blocksmtp/control.sock` → `/run/blocksmtp/returned/control.sock`. */
export const returningSocketOf = (controlSocket: string): string =>
  controlSocket.replace(/\/([^/]*)$/, '/returned/$1');

/** The socket, other than root's, through which a request may come; undefined: there is none. */
export function sideSocketOf(
  controlSocket: string,
  request: Pick<Request, 'command'>,
): string | undefined {
  if (onlyAsks(request)) return readingSocketOf(controlSocket);
  return onlyReturns(request) ? returningSocketOf(controlSocket) : undefined;
}

/** The answer to a request that its socket does not allow. */
export function deniedText(request: Pick<Request, 'command'>): string {
  const group = onlyAsks(request) ? readingGroup : onlyReturns(request) ? returningGroup : '';
  const member = group === '' ? '' : `, or a member of group ${group}`;
  return `permission denied: run it as root${member}`;
}
