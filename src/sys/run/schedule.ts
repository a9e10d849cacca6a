/**
 * Runs work on a schedule as in cron(5), or again and again. The one place that knows node-cron, which
 * says where slots are. It does not wait for them itself: it waits for the wall clock, and one that is
 * set back or jumps holds it up. When to look, and whether a slot has passed, is in `base/clocks/slots.ts`.
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
 * The work never runs beside itself; when one run takes longer than the pause, the next is left out.
 *
 * @param readClocks other clocks, for tests
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
 * Where the slots of an expression are, in local time. A zone may be off the epoch's minutes by some
 * seconds, as many were before 1972, where a clock without a battery begins: so a slot at one second of
 * a minute is looked for in the whole minute.
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

/** Without the seconds. */
function minuteFields(expression: string): string[] {
  const fields = expression.trim().split(/\s+/);
  return fields.length === 5 ? fields : fields.slice(1);
}

interface Matching {
  readonly isSlot: (wallMs: number) => boolean;
  readonly forget: () => void;
}

function matching(expression: string): Matching {
  // Never started: it is only asked.
  const task = cron.createTask(expression, () => undefined);
  return {
    isSlot: (wallMs) => task.match(new Date(wallMs)),
    forget: () => void task.destroy(),
  };
}

/**
 * For a look back: whether there is a slot in the minute that begins then, at whatever second of it. Slots are where
 * the local clock shows them: where summer begins a time that is left out has none, and where it ends one that comes
 * twice has two.
 */
export const slotMinutes = (expression: string): Matching =>
  matching(['*', ...minuteFields(expression)].join(' '));

/** Repeated work takes no more than this part of the time, however long it takes. */
const usualShare = 0.2;

/** Begins the work so often; less often, when it takes long: it takes no more than this share of the time. */
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
