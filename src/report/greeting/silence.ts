/** Decides whether the gate reports. A gate that does not report gets no clients (`greeting/way.ts`). */
import type {GreetingView} from '../../greeting/view.js';
import {aliveSeconds} from '../../greeting/way.js';

/** Whether unknown clients should wait at the gate, but the gate does not report. */
export function isSilent({mode, gate}: GreetingView, nowMs: number): boolean {
  if (mode !== 'gate' && mode !== 'strict') return false;
  return gate === undefined || gate.state === 'ends' || nowMs - gate.heardMs > aliveSeconds * 1000;
}
