/** The words that, before a command, run it in a lab's relay, so that it can be measured from outside. */
import type {Relay} from '../system/lab/relay.js';

export function inRelay(relay: Relay): string[] {
  const spaces = ['-t', String(relay.pid), '-m', '-u', '-n', '-p', '-r', '-w'];
  const path = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin';
  return ['nsenter', ...spaces, 'env', '-i', path, 'HOME=/root', 'LC_ALL=C.UTF-8'];
}
