/** What `doctor` looks at of the greeting: sendmail's configuration, its listen queue. Changes nothing. */
import type {Config} from '../../config/schema.js';
import {pauseIn, sparesLoopback} from '../../greeting/pause.js';
import type {GreetingFacts} from '../../report/greeting/facts.js';
import {readTextFile} from '../../sys/disk/text-file.js';
import {runCommand} from '../../sys/run/command.js';

/** Where distributions and sendmail itself put them. */
const configFiles = ['/etc/mail/sendmail.cf', '/etc/sendmail.cf'];
const accessFile = '/etc/mail/access';
/** How long ss may take. Ms. */
const timeoutMs = 5000;

/** @returns undefined where `greeting` is off */
export async function greetingFacts({greeting}: Config): Promise<GreetingFacts | undefined> {
  if (greeting === 'off') return undefined;
  const access = readTextFile(accessFile);
  const texts = configFiles
    .map(readTextFile)
    .flatMap((read) => (read.kind === 'text' ? read.text : []));
  const spared = access.kind === 'text' && sparesLoopback(access.text) ? 'spared' : 'waits';
  return {
    pause: texts[0] === undefined ? undefined : pauseIn(texts[0]),
    loopback: access.kind === 'text' ? spared : undefined,
    listenQueue: await listenQueue(),
  };
}

/** The shortest one at port 25. */
async function listenQueue(): Promise<number | undefined> {
  const result = await runCommand('ss', ['-Hltn', 'sport = :25'], {timeoutMs});
  if (result.kind !== 'done') return undefined;
  const queues = result.stdout
    .split('\n')
    .flatMap((line) => /^LISTEN\s+\d+\s+(\d{1,9})\s/.exec(line)?.[1] ?? []);
  return queues.length === 0 ? undefined : Math.min(...queues.map(Number));
}
