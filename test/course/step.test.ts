/** The whole of `reload --confirm` as a table, without files, timers and a kernel. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type Config, settingNames, settings} from '../../src/config/schema.js';
import type {Trial} from '../../src/config/trial.js';
import type {Course, CourseEvent, NextLife, ReadConfig, Step} from '../../src/course/course.js';
import {nextStep, stepUnkept} from '../../src/course/step.js';

const standard = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].standard]),
) as Config;
const config = (more: Partial<Config> = {}): Config => ({...standard, ...more});
const [ten, five] = [config({threshold: 10}), config({threshold: 5})];

/** The text of a file stands for its values. */
const file = (of: Config, more: Partial<Extract<ReadConfig, {kind: 'config'}>> = {}) =>
  ({
    kind: 'config',
    config: of,
    text: `threshold = ${of.threshold}`,
    whitelistFailure: undefined,
    machine: 'relay',
    ...more,
  }) as const;
const bad: ReadConfig = {
  kind: 'problems',
  problems: [{where: 'threshold', what: '"many"', expected: 'a number'}],
};

const course = (more: Partial<Course> = {}, trial?: Trial): Course => ({
  life: {config: ten, text: 'threshold = 10', ...(trial && {trial})},
  next: undefined,
  phase: 'living',
  whitelist: 'had',
  machine: 'relay',
  ...more,
});

const nowMs = 1_000_000;
const reload = (
  asker: 'operator' | 'signal',
  read: ReadConfig,
  confirmSeconds?: number,
): CourseEvent => ({
  kind: 'reload',
  asker,
  read,
  ...(confirmSeconds !== undefined && {confirmSeconds}),
});
const running: Trial = {
  kind: 'running',
  before: 'threshold = 10',
  tried: 'threshold = 5',
  sinceMs: 940_000,
  untilMs: 1_060_000,
};
const failed: Trial = {...running, kind: 'failed'};
/** Five is in force, on trial. */
const onTrial = course({life: {config: five, text: 'threshold = 5', trial: running}});
/** Ten is in force again; the file still says five. */
const wentBack = course({}, failed);

const turned = (step: Step): NextLife => {
  if (step.kind !== 'turn') throw new Error(JSON.stringify(step));
  return step.course.next!;
};
const refused = (why: RegExp, reader: 'asker' | 'log' = 'log') => ({
  kind: 'refuse',
  message: expect.stringMatching(why),
  reader,
});

describe('a reload without a trial', () => {
  test.each(['operator', 'signal'] as const)('of the same configuration by %s', (asker) => {
    expect(nextStep(course(), reload(asker, file(ten)), nowMs)).toMatchObject({kind: 'refresh'});
  });

  test('of another text with the same values keeps the life, and notes the text', () => {
    const read = file(ten, {text: '# ten\nthreshold = 10'});
    const step = nextStep(course(), reload('signal', read), nowMs);
    expect(step).toMatchObject({kind: 'refresh', course: {life: {text: '# ten\nthreshold = 10'}}});
  });

  test('of the same configuration on a machine that has changed is a new life', () => {
    const step = nextStep(course(), reload('signal', file(ten, {machine: 'moved'})), nowMs);
    expect(turned(step)).toMatchObject({config: ten});
  });

  test('of another configuration is a new life under it', () => {
    const step = nextStep(course(), reload('signal', file(five)), nowMs);
    expect(step).toMatchObject({kind: 'turn', way: 'forward', trialFile: {kind: 'absent'}});
    expect(turned(step)).toEqual({
      config: five,
      text: 'threshold = 5',
      why: {level: 'notice', message: 'configuration and whitelist are read anew'},
    });
  });

  test.each<[string, Course, ReadConfig, RegExp]>([
    ['a bad file', course(), bad, /nothing has changed: threshold: "many": expected a number$/],
    [
      'another state directory',
      course(),
      file(config({stateDir: '/var/lib/other'})),
      /state_dir: \/var\/lib\/other: expected \/var\/lib\/blocksmtp until the daemon is started anew/,
    ],
    [
      'a lost whitelist, also where nothing else has changed',
      course(),
      file(ten, {whitelistFailure: '/etc/w: no such file'}),
      /white_list: \/etc\/w: no such file: expected a whitelist that can be read/,
    ],
  ])('with %s is refused', (_, before, read, why) => {
    for (const asker of ['operator', 'signal'] as const) {
      expect(nextStep(before, reload(asker, read), nowMs)).toEqual(refused(why));
    }
  });

  test('may lack a whitelist that was never there, until one was read', () => {
    const read = file(five, {whitelistFailure: '/etc/w: no such file'});
    const never = course({whitelist: 'hadNone'});
    expect(nextStep(never, reload('signal', read), nowMs)).toMatchObject({kind: 'turn'});
    const noted = nextStep(never, {kind: 'whitelistRead'}, nowMs);
    if (noted.kind !== 'note') throw new Error(noted.kind);
    expect(nextStep(noted.course, reload('signal', read), nowMs)).toEqual(refused(/white_list/));
  });

  test('while the process ends is refused', () => {
    const ending = nextStep(course(), {kind: 'stop'}, nowMs);
    if (ending.kind !== 'exit') throw new Error(ending.kind);
    const step = nextStep(ending.course, reload('operator', file(five)), nowMs);
    expect(step).toEqual(refused(/^the daemon is ending$/, 'asker'));
  });
});

describe('reload --confirm', () => {
  test('puts the configuration on trial, also one that has not changed', () => {
    for (const [read, tried] of [
      [file(five), 'threshold = 5'] as const,
      [file(ten), 'threshold = 10'] as const,
    ]) {
      const step = nextStep(course(), reload('operator', read, 60), nowMs);
      const trial = {
        kind: 'running',
        before: 'threshold = 10',
        tried,
        sinceMs: nowMs,
        untilMs: nowMs + 60_000,
      };
      expect(step).toMatchObject({kind: 'turn', trialFile: {kind: 'present', trial}});
      expect(turned(step)).toMatchObject({config: read.config, trial});
      expect(turned(step).why?.message).toContain('within 1m the one before comes back');
    }
  });

  test('twice: the way back leads to the configuration confirmed last, and all blocks since then are lifted', () => {
    const step = nextStep(onTrial, reload('operator', file(config({threshold: 3})), 60), nowMs);
    expect(turned(step).trial).toEqual({
      ...running,
      tried: 'threshold = 3',
      untilMs: nowMs + 60_000,
    });
  });

  test.each(['operator', 'signal'] as const)(
    'then a plain reload by %s confirms nothing: on trial for the time that was left',
    (asker) => {
      for (const read of [file(config({threshold: 3})), file(five)]) {
        const next = turned(nextStep(onTrial, reload(asker, read), nowMs));
        expect(next.trial).toEqual({...running, tried: read.text});
      }
    },
  );

  test('in the moment before its life begins a signal confirms nothing either', () => {
    const first = nextStep(course(), reload('operator', file(five), 60), nowMs);
    if (first.kind !== 'turn') throw new Error(first.kind);
    const then = nextStep(first.course, reload('signal', file(five)), nowMs + 100);
    expect(turned(then).trial).toEqual(turned(first).trial);
  });

  test('a file that is put back in that moment is taken over', () => {
    const first = nextStep(course(), reload('operator', file(five)), nowMs);
    if (first.kind !== 'turn') throw new Error(first.kind);
    const then = nextStep(first.course, reload('operator', file(ten)), nowMs + 100);
    expect(turned(then).config).toBe(ten);
  });
});

describe('confirm', () => {
  test('keeps the configuration on trial', () => {
    const step = nextStep(onTrial, {kind: 'confirm'}, nowMs);
    expect(step).toMatchObject({kind: 'confirm', trialFile: {kind: 'absent'}});
    if (step.kind !== 'confirm') throw new Error(step.kind);
    expect(step.course.life).toEqual({config: five, text: 'threshold = 5'});
    const late = nextStep(step.course, {kind: 'trialOver', before: file(ten)}, nowMs);
    expect(late).toEqual({kind: 'note', course: step.course});
  });

  test('keeps a life that has not begun', () => {
    const first = nextStep(course(), reload('operator', file(five), 60), nowMs);
    if (first.kind !== 'turn') throw new Error(first.kind);
    const step = nextStep(first.course, {kind: 'confirm'}, nowMs + 100);
    if (step.kind !== 'confirm') throw new Error(step.kind);
    expect(step.course.next).toMatchObject({config: five});
    expect(step.course.next).not.toHaveProperty('trial');
  });

  test.each<[string, Course, RegExp]>([
    ['nothing is on trial', course(), /^no configuration is on trial$/],
    ['the time is over', wentBack, /^too late/],
  ])('is refused where %s', (_, before, why) => {
    expect(nextStep(before, {kind: 'confirm'}, nowMs)).toEqual(refused(why, 'asker'));
  });
});

describe('the time of a trial is over', () => {
  const over = nextStep(onTrial, {kind: 'trialOver', before: file(ten)}, nowMs);

  test('the configuration before comes back, and the blocks made since are lifted', () => {
    expect(over).toMatchObject({
      kind: 'turn',
      way: 'back',
      trialFile: {kind: 'present', trial: failed},
    });
    expect(turned(over)).toMatchObject({
      config: ten,
      text: 'threshold = 10',
      trial: failed,
      liftSinceMs: 940_000,
      why: {level: 'error'},
    });
  });

  test('a configuration that cannot be used any more does not: the one on trial stays in force', () => {
    const step = nextStep(onTrial, {kind: 'trialOver', before: bad}, nowMs);
    expect(step).toEqual(refused(/^nobody confirmed .* the one before is bad now: threshold: /));
  });

  test('on the way back a signal changes nothing, and an operator keeps the blocks that were to be lifted', () => {
    if (over.kind !== 'turn') throw new Error(over.kind);
    const signal = nextStep(over.course, reload('signal', file(five)), nowMs + 100);
    expect(signal).toEqual(refused(/the file still holds the configuration that nobody confirmed/));
    const operator = nextStep(over.course, reload('operator', file(five)), nowMs + 100);
    expect(turned(operator)).toMatchObject({config: five, liftSinceMs: 940_000});
    expect(turned(operator)).not.toHaveProperty('trial');
  });
});

describe('after a trial that failed', () => {
  test('a signal does not bring back what nobody confirmed', () => {
    const step = nextStep(wentBack, reload('signal', file(five)), nowMs);
    expect(step).toEqual(refused(/the file still holds the configuration that nobody confirmed/));
  });

  test.each<[string, CourseEvent, Config]>([
    ['an operator takes it', reload('operator', file(five)), five],
    [
      'a signal takes a file that was corrected',
      reload('signal', file(config({threshold: 7}))),
      config({threshold: 7}),
    ],
    ['a file that says what is in force ends it', reload('signal', file(ten)), ten],
  ])('%s, and the trial is over', (_, event, expected) => {
    const step = nextStep(wentBack, event, nowMs);
    expect(step).toMatchObject({trialFile: {kind: 'absent'}});
    expect(turned(step)).toMatchObject({config: expected});
    expect(turned(step)).not.toHaveProperty('trial');
  });
});

describe('a disk that does not take the trial', () => {
  test.each<[string, Course, CourseEvent, RegExp]>([
    [
      'a reload is refused',
      course(),
      reload('operator', file(five), 60),
      /^reload refused, nothing has changed: full$/,
    ],
    [
      'a confirmation is refused',
      onTrial,
      {kind: 'confirm'},
      /^not confirmed, the trial goes on: full$/,
    ],
  ])('%s', (_, before, event, why) => {
    expect(stepUnkept(nextStep(before, event, nowMs), 'full')).toEqual(refused(why));
  });

  test('the way back is taken all the same, and says so', () => {
    const over = nextStep(onTrial, {kind: 'trialOver', before: file(ten)}, nowMs);
    const step = stepUnkept(over, 'full');
    expect(step).toMatchObject({kind: 'turn', trialFile: {kind: 'asItIs'}});
    expect(turned(step).why?.message).toMatch(/is in force again.* \(not noted: full\)$/);
  });

  test('a dry run asks nothing of it', () => {
    const dry = course({life: {config: config({dryRun: true}), text: ''}});
    for (const read of [file(five), file(config({dryRun: true}))]) {
      const step = nextStep(dry, reload('operator', read, 60), nowMs);
      expect(step).toMatchObject({trialFile: {kind: 'asItIs'}});
    }
  });
});

test('whatever comes before its time is over, a trial that nobody confirms goes on', () => {
  const [three, others] = [file(config({threshold: 3})), [file(ten), file(five), bad]];
  const reads = fc.constantFrom<ReadConfig>(three, ...others);
  const events = fc.oneof(
    reads.map((read): CourseEvent => reload('signal', read)),
    reads.map((read): CourseEvent => reload('operator', read)),
    reads.map((read): CourseEvent => reload('operator', read, 60)),
    fc.constant<CourseEvent>({kind: 'whitelistRead'}),
  );
  // Or a life begins that was asked for.
  const happenings = fc.array(fc.oneof(events, fc.constant('begins' as const)), {maxLength: 20});
  fc.assert(
    fc.property(happenings, (happened) => {
      let at = onTrial;
      for (const [index, event] of happened.entries()) {
        if (event === 'begins') {
          at = {...at, life: at.next ?? at.life, next: undefined};
        } else {
          const step = nextStep(at, event, nowMs + index);
          if ('course' in step) at = step.course;
        }
        const {trial, text} = at.next ?? at.life;
        const {before, sinceMs} = running;
        expect(trial).toMatchObject({kind: 'running', before, sinceMs, tried: text});
      }
    }),
  );
});
