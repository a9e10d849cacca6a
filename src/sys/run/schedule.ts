/** Runs work on a schedule as in cron(5), or again and again. The one place that knows node-cron. */
import cron, {type Logger} from 'node-cron';
import type {Say} from '../../base/say.js';

export interface Schedule {
  stop(): Promise<void>;
}

export function isSchedule(expression: string): boolean {
  return cron.validate(expression);
}

/** The work never runs beside itself; when one run takes longer than the pause, the next is left out. */
export function onSchedule(
  name: string,
  expression: string,
  say: Say,
  work: () => Promise<void>,
): Schedule {
  const task = cron.schedule(expression, work, {name, noOverlap: true, logger: loggerTo(say)});
  return {
    stop: async () => {
      await task.destroy();
    },
  };
}

/** Of one schedule: node-cron also has one for the whole process, which would outlive a reload. */
const loggerTo = (say: Say): Logger => ({
  info: (message) => say('debug', message),
  debug: () => undefined,
  warn: (message) => say('info', `schedule: ${message}`),
  error: (message) =>
    say('error', `schedule: ${message instanceof Error ? message.message : message}`),
});

/** Repeated work takes no more than this part of the time, however long it takes. */
const mostShare = 0.2;

/** Begins the work so often; less often, when it takes long. */
export function repeat(intervalMs: number, work: () => Promise<void>): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  const wait = (ms: number): void => {
    if (!isStopped) timer = setTimeout(() => void (running = run()), ms);
  };
  const run = async (): Promise<void> => {
    const startMs = performance.now();
    await work();
    const tookMs = performance.now() - startMs;
    wait(Math.max(intervalMs - tookMs, tookMs / mostShare - tookMs));
  };
  wait(intervalMs);
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
