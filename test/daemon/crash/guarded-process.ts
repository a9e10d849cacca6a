/**
 * The daemon without the command line around it, for tests that start and kill it a thousand times:
 * `live()` under a configuration that is given as JSON. Made one file by `bundleWhole`.
 */
import fs from 'node:fs';
import {type Config, settingNames, settings} from '../../../src/config/schema.js';
import {live} from '../../../src/daemon/life.js';
import {openToGuard} from '../../../src/daemon/resources.js';
import {type FirewallCall, runFirewallCall} from '../../../src/sys/firewall/netfilter.js';
import {courseUntil} from '../../support/course.js';
import {CrashSteps, type Step} from './crash-steps.js';

export interface DieAt {
  readonly step: Step;
  readonly nth: number;
}

export interface GuardedTerms {
  readonly config: Partial<Config>;
  /** Dies at this step, when it comes to it for the nth time. */
  readonly dieAt?: DieAt;
  /** A file with such a step, read at SIGUSR1: counted from then on. */
  readonly orders?: string;
  /** When a program that hangs is given up. Then no tool waits for a batch. Default: as in production. */
  readonly callTimeoutMs?: number;
  /** A file with the ms by which the clock is wrong; read at SIGUSR2. */
  readonly clock?: string;
}

const {config, dieAt, orders, callTimeoutMs, clock} = JSON.parse(
  process.argv[2] ?? '',
) as GuardedTerms;
const standard = Object.fromEntries(settingNames.map((name) => [name, settings[name].standard]));

const tell = (text: string): void => void fs.writeSync(1, `${text}\n`);

let [death, left] = [dieAt?.step, dieAt?.nth ?? 0];
process.on('SIGUSR1', () => {
  const ordered = JSON.parse(fs.readFileSync(orders ?? '', 'utf8')) as DieAt;
  [death, left] = [ordered.step, ordered.nth];
  tell('armed');
});

if (clock !== undefined) {
  const trueNow = Date.now;
  const readOffset = (): number => Number(fs.readFileSync(clock, 'utf8'));
  let offsetMs = readOffset();
  process.on('SIGUSR2', () => {
    offsetMs = readOffset();
    tell('clock set');
  });
  Date.now = () => trueNow() + offsetMs;
}

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

const steps = new CrashSteps((step) => {
  if (step !== death) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});

const patient = callTimeoutMs && {
  run: (call: FirewallCall) => runFirewallCall(call, callTimeoutMs),
};

const ending = live({
  config: {...(standard as Config), ...config},
  log: {
    say: steps.saying((level, message) => tell(`${level} ${message}`)),
    shows: () => false,
    close: () => Promise.resolve(),
  },
  course: courseUntil(stop.signal),
  open: async (...terms) => {
    const opened = await openToGuard(...terms);
    if (opened.kind !== 'ready') return opened;
    return {...opened, resources: steps.resources({...opened.resources, ...patient})};
  },
});
void ending.then((end) => tell(`ended ${JSON.stringify(end)}`));
