/**
 * Runs work on a schedule as in cron(5), or in intervals. The only file that uses node-cron, which
 * finds the slots. Its waiting is not used, because it follows the wall clock, and a clock that is
 * set back or jumps would hold it up. `base/clocks/slots.ts` decides when to look, and whether a slot has passed.
 */
import cron from 'node-cron';
import {hasSlotPassed, type Slots, untilNextLookMs} from '../../base/clocks/slots.js';
import type {Say} from '../../base/say.js';
import {clocksNow} from './clock.js';

export interface Schedule {
  stop(): Promise<void>;
}

export function isSchedule(expression: string): boolean {
  return cron.validate(expression);
}

/**
 * The work never runs twice at the same time. If one run takes longer than the pause, the next is left out.
 *
 * @param readClocks tests give other clocks
 */
export function onSchedule(
  name: string,
  expression: string,
  say: Say,
  work: () => Promise<void>,
  readClocks = clocksNow,
): Schedule {
  const slots = slotsOf(expression);
  let last = readClocks();
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    try {
      await work();
    } catch (error) {
      say('error', `schedule ${name}: ${(error as Error).message}`);
    }
    isRunning = false;
  };
  const look = (): void => {
    const now = readClocks();
    const hasPassed = hasSlotPassed(slots, last, now);
    last = now;
    wait();
    if (!hasPassed) return;
    if (isRunning) say('info', `schedule ${name}: still at work, so this time is left out`);
    else void run();
  };
  const wait = (): void => void (timer = setTimeout(look, untilNextLookMs(slots, last)));
  wait();
  return {
    stop: () => {
      clearTimeout(timer);
      slots.forget();
      return Promise.resolve();
    },
  };
}

/**
 * Finds the slots of an expression, in local time. The minutes of a time zone may be some seconds off the minutes of the
 * epoch. Many zones had that before 1972, where a clock without a battery begins. So this searches the whole minute
 * for a slot.
 */
function slotsOf(expression: string): Slots & {readonly forget: () => void} {
  const [second = 0, ...others] = cron.parse(expression).second;
  const isOneOfMinute = others.length === 0;
  const wanted = isOneOfMinute ? ['*', ...minuteFields(expression)].join(' ') : expression;
  return {
    stepSeconds: isOneOfMinute ? 60 : 1,
    offsetMs: isOneOfMinute ? second * 1000 : 0,
    ...matching(wanted),
  };
}

/** The fields of an expression without the seconds. */
function minuteFields(expression: string): string[] {
  const fields = expression.trim().split(/\s+/);
  return fields.length === 5 ? fields : fields.slice(1);
}

interface Matching {
  readonly isSlot: (wallMs: number) => boolean;
  readonly forget: () => void;
}

function matching(expression: string): Matching {
  // The task is never started. It only finds the slots.
  const task = cron.createTask(expression, () => undefined);
  return {
    isSlot: (wallMs) => task.match(new Date(wallMs)),
    forget: () => void task.destroy(),
  };
}

/**
 * Whether there is a slot in a minute, at any second of it; for looking back. Slots follow
 * the local clock: when summer time begins, the hour that is left out has none, and when it ends, the hour that comes
 * twice has each slot twice.
 */
export const slotMinutes = (expression: string): Matching =>
  matching(['*', ...minuteFields(expression)].join(' '));

/** Repeated work takes at most this share of the time, however long one run takes. */
const usualShare = 0.2;

/** Begins the work at this interval; less often if it takes long, so that it takes at most this share of the time. */
export function repeat(
  intervalMs: number,
  work: () => Promise<void>,
  mostShare = usualShare,
): Schedule {
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
