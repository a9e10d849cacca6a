/** Whether the gate reports: one that does not gets no clients (`greeting/way.ts`). */
import type {GreetingView} from '../../greeting/view.js';
import {aliveSeconds} from '../../greeting/way.js';

/** Whether unknown clients should wait at a gate that says nothing. */
export function isSilent({mode, gate}: GreetingView, nowMs: number): boolean {
  if (mode !== 'gate' && mode !== 'strict') return false;
  return gate === undefined || nowMs - gate.heardMs > aliveSeconds * 1000;
}
