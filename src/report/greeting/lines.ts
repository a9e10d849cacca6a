/** The state of the greeting, and what it has shown about a client, as lines for people. */
import {countText} from '../../base/count.js';
import {durationText} from '../../base/duration.js';
import {localTime} from '../../base/time-text.js';
import {quoted} from '../../base/printable.js';
import type {GreetedView, GreetingView} from '../../greeting/view.js';
import {isSilent} from './silence.js';

/** Lines for `status`; none if `greeting` is off. */
export function greetingLines(greeting: GreetingView | undefined, nowMs: number): string[] {
  if (greeting === undefined || greeting.mode === 'off') return [];
  const {mode, seenEarly, rules, fates} = greeting;
  const early = countText(fates.early + seenEarly, 'early talker');
  const shown = rules.map(({family, state}) => `IPv${family} ${state}`).join(', ');
  const rulesText = shown === '' ? '' : `; rules: ${shown}`;
  const head = `greeting: ${mode}; ${early} seen by ${mode === 'observe' ? 'the kernel' : 'gate and kernel'}${rulesText}`;
  return mode === 'observe' ? [head] : [head, ...gateLines(greeting, nowMs)];
}

function gateLines(greeting: GreetingView, nowMs: number): string[] {
  const {gate, taken, fates, passed, exempt, unruled = 0} = greeting;
  const {handed, early, left, unwaited, refused} = fates;
  return [
    gate === undefined
      ? `gate: NOT heard since the start, so nobody is led to it${taken === undefined ? '' : `; its port is taken by ${taken}`}`
      : `gate: ${gate.waiting} waiting, ${countText(gate.children, 'process')} of the mailer, ${gate.stress}, port ${gate.port}, heard ${ago(gate.heardMs, nowMs)} ago${troubleOf(greeting, nowMs)}`,
    `of its clients: ${handed} handed over, ${early} early, ${left} left, ${unwaited} not let wait, ${refused} refused; ${countText(passed, 'client')} passed, ${exempt} never wait${unruled > 0 ? `: ${unruled} of both have NO rule and wait (backend iptables)` : ''}`,
  ];
}

function troubleOf(greeting: GreetingView, nowMs: number): string {
  const {taken} = greeting;
  if (taken !== undefined) return `: its port is taken by ${taken}, so nobody is led to it`;
  if (greeting.gate?.state === 'ends') return ': it has ENDED, so nobody is led to it';
  if (isSilent(greeting, nowMs)) return ': NOT heard for too long, so nobody is led to it';
  return greeting.gate?.state === 'full' ? ': FULL, so nobody is led to it' : '';
}

const ago = (ms: number, nowMs: number): string =>
  durationText(Math.max(0, Math.round((nowMs - ms) / 1000)));

/** Lines for `why`. The client's words are hostile text. */
export function greetedLines(greeted: GreetedView | undefined): string[] {
  if (greeted === undefined) return [];
  const {passedUntilMs, exempt, unruled = 0, early, left} = greeted;
  const never = exempt !== undefined;
  return [
    ...(never ? [`it never waits for the greeting: ${exempt}`] : []),
    ...(never || passedUntilMs === undefined
      ? []
      : [
          `it has waited for the greeting, and goes straight to the mailer until ${localTime(passedUntilMs)}`,
        ]),
    ...(unruled > 0
      ? [
          `but the backend iptables has no rule for ${countText(unruled, 'client')} of those, which wait all the same: it may be one`,
        ]
      : []),
    ...(early === undefined
      ? []
      : [
          `it spoke before the greeting ${countText(early.times, 'time')}, last ${localTime(early.lastMs)}${early.said === undefined ? '' : `: ${quoted(early.said)}`}`,
        ]),
    ...(left === undefined
      ? []
      : [
          `it left without a word or a command ${countText(left.times, 'time')}, last ${localTime(left.lastMs)}: that weighs nothing`,
        ]),
  ];
}
