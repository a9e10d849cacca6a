/** The mailer opens a port, or closes one: the life ends, and the same configuration begins anew. */
import {expect, test} from '@jest/globals';
import {type Config, settingNames, settings} from '../../src/config/schema.js';
import type {Course, CourseEvent, NextLife} from '../../src/course/course.js';
import {nextStep} from '../../src/course/step.js';

const config = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].standard]),
) as Config;
const life: NextLife = {config, text: 'threshold = 10'};
const course: Course = {
  ...{life, next: undefined, phase: 'living'},
  ...{whitelist: 'had', machine: 'relay'},
};
const changed: CourseEvent = {kind: 'machineChanged', what: 'other ports'};
const nowMs = 1_000_000;

test.each(['running', 'failed', undefined] as const)('with its trial: %s', (kind) => {
  const trial = {before: '', tried: life.text, sinceMs: 1, untilMs: 2};
  const now = {...course, life: {...life, ...(kind && {trial: {kind, ...trial}})}};
  expect(nextStep(now, changed, nowMs)).toEqual({
    kind: 'turn',
    course: {...now, next: {...now.life, why: {level: 'notice', message: 'other ports'}}},
    trialFile: {kind: 'asItIs'},
    message: 'other ports',
    way: 'forward',
  });
});

test('not where a life comes next anyway, or none', () => {
  for (const now of [{...course, next: life}, {...course, phase: 'ending'} as const]) {
    expect(nextStep(now, changed, nowMs)).toEqual({kind: 'note', course: now});
  }
});
