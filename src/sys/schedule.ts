/** Runs work on a schedule as in cron(5). The one place that knows node-cron. */
import cron from 'node-cron';
import type {Say} from '../log-level.js';

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
  cron.setLogger({
    info: (message) => say('debug', message),
    debug: () => undefined,
    warn: (message) => say('info', `schedule: ${message}`),
    error: (message) =>
      say('error', `schedule: ${message instanceof Error ? message.message : message}`),
  });
  const task = cron.schedule(expression, work, {name, noOverlap: true});
  return {
    stop: async () => {
      await task.destroy();
    },
  };
}
