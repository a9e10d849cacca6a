/**
 * The two sockets besides root's. Through one, the members of a group ask and change nothing. Through the
 * other, the mailer passes on replies to complaints. Decides where the sockets are, and which requests each
 * accepts. The modes of folder and file decide who may connect.
 */
import type {CommandName, Request} from './protocol.js';

/** The groups in the shipped units, for messages. */
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

/** Whether the request changes nothing. */
export const onlyAsks = ({command}: Pick<Request, 'command'>): boolean => asking.has(command);

/**
 * `/run/blocksmtp/control.sock` → `/run/blocksmtp/read/control.sock`: the folder belongs to a group of its
 * own.
 */
export const readingSocketOf = (controlSocket: string): string =>
  controlSocket.replace(/\/([^/]*)$/, '/read/$1');

/** Whether the request only reports a reply to a complaint. Nobody can guess the id of a complaint. */
export const onlyReturns = ({command}: Pick<Request, 'command'>): boolean =>
  command === 'complaintAnswer';

/** `/run/blocksmtp/control.sock` → `/run/blocksmtp/returned/control.sock`. */
export const returningSocketOf = (controlSocket: string): string =>
  controlSocket.replace(/\/([^/]*)$/, '/returned/$1');

/** The socket besides root's that accepts this request; undefined: none does. */
export function sideSocketOf(
  controlSocket: string,
  request: Pick<Request, 'command'>,
): string | undefined {
  if (onlyAsks(request)) return readingSocketOf(controlSocket);
  return onlyReturns(request) ? returningSocketOf(controlSocket) : undefined;
}

/** The answer to a request that the socket does not accept. */
export function deniedText(request: Pick<Request, 'command'>): string {
  const group = onlyAsks(request) ? readingGroup : onlyReturns(request) ? returningGroup : '';
  const member = group === '' ? '' : `, or a member of group ${group}`;
  return `permission denied: run it as root${member}`;
}
