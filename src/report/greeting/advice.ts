/** `blocksmtp greeting advise`: what to write for sendmail's own pause. It is printed, and nothing is changed. */
import {countText} from '../../base/count.js';
import {accessKeys} from '../../greeting/pause.js';
import type {Network} from '../../net/network.js';

/** How long. Ms: each waiting client holds a process of sendmail, and what speaks too early does so at once. */
const pauseMs = 5000;

/** Connections that wait for the mailer to take them. A count: 10 by itself, which a burst fills. */
const listenQueue = 128;

/** Networks that cannot be written and are named. A count. */
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
