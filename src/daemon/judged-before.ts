/**
 * What the guard of 1.0 knows, as the judge will tell it: until the guard asks the judge, and goes then.
 */
import type {Judged} from '../judge/view.js';
import type {State} from '../guard/state.js';
import {brakeView} from '../score/brake.js';
import {acceptedMs} from '../score/good-senders.js';
import {blockSeconds} from '../score/judge.js';
import {leakedScore} from '../score/offender.js';
import type {Policy} from '../score/policy.js';

export function judgedBefore(state: State, policy: Policy): Judged {
  return {
    client: ({text}, atMs) => {
      const offender = state.offenders.get(text);
      const accepted = acceptedMs(state.senders, text);
      if (offender === undefined && accepted === undefined) return undefined;
      const blocks = offender?.blocks ?? 0;
      const names = policy.threshold;
      return {
        client: text,
        score: offender === undefined ? 0 : leakedScore(offender, policy, atMs),
        floor: 0,
        bars: [{rule: 'row', names, blockSeconds: blockSeconds(blocks, policy)}],
        counts: offender?.kinds ?? {},
        stale: 0,
        names: [],
        firstMs: offender?.firstMs,
        lastMs: offender?.lastMs,
        delivered: accepted === undefined ? 0 : 1,
        deliveredDays: accepted === undefined ? 0 : 1,
        deliveredMs: accepted?.lastMs,
        standing: 'stranger',
        friend: 'no',
        blocks,
        secondChanceMs: undefined,
        network: 'ordinary',
      };
    },
    crowd: (atMs) => {
      const brake = brakeView(state, atMs);
      const clients = brake.kind === 'free' ? 0 : brake.clients.length;
      return {
        wave: {kind: 'off'},
        listLoss:
          brake.kind === 'free'
            ? {kind: 'off'}
            : {kind: 'on', sinceMs: brake.sinceMs, names: brake.heldBack, networks: clients},
        learning: {kind: 'off'},
        remembered: {clients: state.offenders.size, records: 0, networks: 0, names: 0},
      };
    },
  };
}
