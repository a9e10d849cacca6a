/**
 * The second control socket, through which members of a group may ask and change nothing: where it is, and
 * which requests it takes. Who may connect is for the modes of its folder and of its file.
 */
import type {CommandName, Request} from './protocol.js';

/** The group of the shipped unit, for messages. */
const readingGroup = 'blocksmtp';

const asking: ReadonlySet<CommandName> = new Set([
  'list',
  'status',
  'why',
  'senders',
  'waiting',
  'contact',
]);

/** Whether it changes nothing. */
export const onlyAsks = ({command}: Pick<Request, 'command'>): boolean => asking.has(command);

/** `/run/blocksmtp/control.sock` → `/run/blocksmtp/read/control.sock`: the folder has a group of its own. */
export const readingSocketOf = (controlSocket: string): string =>
  controlSocket.replace(/\/([^/]*)$/, '/read/$1');

/** What is told to somebody who may not. */
export function deniedText(request: Pick<Request, 'command'>): string {
  const who = onlyAsks(request) ? `as root, or a member of group ${readingGroup}` : 'as root';
  return `permission denied: run it ${who}`;
}
