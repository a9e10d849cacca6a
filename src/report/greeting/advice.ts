/** Writes the text of `blocksmtp greeting advise`: lines for sendmail's own pause. Changes nothing. */
import {countText} from '../../base/count.js';
import {accessKeys} from '../../greeting/pause.js';
import type {Network} from '../../net/network.js';

/** Length of the pause. Ms: each waiting client holds a sendmail process, and early talkers speak at once. */
const pauseMs = 5000;

/** Connections that may wait for the mailer to accept them. A count: sendmail's default is 10, which a burst fills. */
const listenQueue = 128;

/** At most so many networks are named that cannot be written into an access map. A count. */
const mostNamed = 10;

/** @param exempt networks that must not wait: loopback, own addresses, the whitelist */
export function pauseAdvice(exempt: readonly Network[]): string {
  const keys = new Set<string>();
  const unwritten: string[] = [];
  for (const network of exempt) {
    const its = accessKeys(network);
    if (its === undefined) unwritten.push(network.text);
    for (const key of its ?? []) keys.add(key);
  }
  const more = unwritten.length - mostNamed;
  const named = unwritten.slice(0, mostNamed).map((text) => `#   ${text}`);
  return [
    "# sendmail.mc, behind FEATURE(`access_db'), in place of a greet_pause that is there:",
    `FEATURE(\`greet_pause', \`${pauseMs}')dnl`,
    '# and in each DAEMON_OPTIONS line of a port that strangers call:',
    `#   DAEMON_OPTIONS(\`Name=MTA, Port=smtp, Listen=${listenQueue}')dnl`,
    '',
    '# the access map; then makemap, and sendmail anew:',
    ...[...keys].map((key) => `GreetPause:${key}\t0`),
    ...(unwritten.length === 0
      ? []
      : [
          `# in no few lines of an access map: ${countText(unwritten.length, 'network')}, which will wait`,
        ]),
    ...named,
    ...(more > 0 ? [`#   and ${more} more`] : []),
    '',
  ].join('\n');
}
