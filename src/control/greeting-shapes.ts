/** How a command reads the daemon's answers about the greeting: see `answer.ts`. */
import {type Is, isNumber, isText, listOf, maybe, oneOf, shape} from '../base/shape.js';
import {isValueOf} from '../config/value-shape.js';
import type {GateWaiter} from '../greeting/report.js';
import type {GateView, GreetedView, GreetingView, WaitingView} from '../greeting/view.js';
import type {Family} from '../net/address.js';

export const isFamily: Is<Family> = (value): value is Family => value === 4 || value === 6;

const isTimes = shape<NonNullable<GreetedView['left']>>({times: isNumber, lastMs: isNumber});

export const isGreetedView = shape<GreetedView>({
  passedUntilMs: maybe(isNumber),
  exempt: maybe(isText),
  unruled: maybe(isNumber),
  early: maybe(
    shape<NonNullable<GreetedView['early']>>({
      times: isNumber,
      lastMs: isNumber,
      said: maybe(isText),
    }),
  ),
  left: maybe(isTimes),
});

export const isGreetingView = shape<GreetingView>({
  mode: isValueOf('greeting'),
  gate: maybe(
    shape<GateView>({
      state: oneOf<GateView['state']>({takes: true, full: true, ends: true}),
      port: isNumber,
      waiting: isNumber,
      children: isNumber,
      stress: oneOf<GateView['stress']>({calm: true, stressed: true}),
      heardMs: isNumber,
    }),
  ),
  taken: maybe(isText),
  fates: shape<GreetingView['fates']>({
    handed: isNumber,
    early: isNumber,
    left: isNumber,
    unwaited: isNumber,
    refused: isNumber,
  }),
  seenEarly: isNumber,
  waits: shape<GreetingView['waits']>({
    upTo: listOf(
      shape<GreetingView['waits']['upTo'][number]>({seconds: isNumber, clients: isNumber}),
    ),
    seconds: isNumber,
    clients: isNumber,
  }),
  passed: isNumber,
  exempt: isNumber,
  unruled: maybe(isNumber),
  rules: listOf(
    shape<GreetingView['rules'][number]>({
      family: isFamily,
      state: oneOf<GreetingView['rules'][number]['state']>({
        stands: true,
        missing: true,
        off: true,
      }),
    }),
  ),
});

export const isWaitingView = shape<WaitingView>({
  waiting: isNumber,
  waiters: listOf(shape<GateWaiter>({client: isText, sinceMs: isNumber})),
  heardMs: maybe(isNumber),
});
