/**
 * What `doctor` checks about the greeting: sendmail's configuration, its listen queue, the gate's port. Changes
 * nothing.
 */
import type {Config} from '../../config/schema.js';
import {takenBy} from '../../greeting/at-port.js';
import {pauseIn, waitingIn} from '../../greeting/pause.js';
import {type Network, networkOf} from '../../net/network.js';
import type {GreetingFacts} from '../../report/greeting/facts.js';
import {quietMs, readTextFile} from '../../sys/disk/text-file.js';
import {programsAtPort} from '../../sys/proc/sockets/port-programs.js';
import {nowMs} from '../../sys/run/clock.js';
import {runCommand} from '../../sys/run/command.js';
import {exemptCallers} from './advise-pause.js';

/** Where distributions and sendmail itself put it. */
const configFiles = ['/etc/mail/sendmail.cf', '/etc/sendmail.cf'];
const standardAccessFile = '/etc/mail/access';
/** How long ss may take. Ms. */
const timeoutMs = 5000;

/** @returns undefined: `greeting` is off */
export async function greetingFacts(config: Config): Promise<GreetingFacts | undefined> {
  if (config.greeting === 'off') return undefined;
  const texts = configFiles
    .map(readTextFile)
    .flatMap((read) => (read.kind === 'text' ? read.text : []));
  const pause = texts[0] === undefined ? undefined : pauseIn(texts[0]);
  const file = (pause?.kind === 'on' ? pause.accessFile : undefined) ?? standardAccessFile;
  const access = readTextFile(file);
  // A missing map spares no client.
  const text = access.kind === 'missing' ? '' : access.kind === 'text' ? access.text : undefined;
  const isGate = config.greeting !== 'observe';
  return {
    pause,
    waiting:
      text === undefined
        ? 'unreadable'
        : waitingIn(text, callersIn(config)).map((network) => network.text),
    database: databaseOf(file),
    taken: isGate ? takenBy(await programsAtPort(config.greetingPort)) : undefined,
    listenQueue: await listenQueue(),
  };
}

/** One loopback address is enough: no client calls from the others. */
const callersIn = (config: Config): readonly Network[] =>
  exemptCallers(config, () => undefined).map((network) =>
    network.text === '127.0.0.0/8' ? networkOf('127.0.0.1') : network,
  );

function databaseOf(file: string): GreetingFacts['database'] {
  const now = nowMs();
  const made = ['.db', '.cdb'].flatMap((ending) => quietMs(`${file}${ending}`, now) ?? []);
  const written = quietMs(file, now) ?? Number.POSITIVE_INFINITY;
  return made.length > 0 && Math.min(...made) > written ? 'stale' : 'current';
}

/** The shortest listen queue at port 25. */
async function listenQueue(): Promise<number | undefined> {
  const result = await runCommand('ss', ['-Hltn', 'sport = :25'], {timeoutMs});
  if (result.kind !== 'done') return undefined;
  const queues = result.stdout
    .split('\n')
    .flatMap((line) => /^LISTEN\s+\d+\s+(\d{1,9})\s/.exec(line)?.[1] ?? []);
  return queues.length === 0 ? undefined : Math.min(...queues.map(Number));
}
