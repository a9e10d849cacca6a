/** The state of the greeting as metrics. There are none if `greeting` is off. */
import type {GreetingView, WaitsView} from '../../greeting/view.js';
import type {Figure} from '../hearing/figure.js';

export function greetingFigures(greeting: GreetingView | undefined): Figure[] {
  const view = greeting?.mode === 'off' ? undefined : greeting;
  return [...gateFigures(view), ...clientFigures(view)];
}

const one = (value: number | undefined) => (value === undefined ? [] : [{value}]);

function gateFigures(view: GreetingView | undefined): Figure[] {
  const gate = view?.gate;
  return [
    {
      name: 'greeting_waiting',
      type: 'gauge',
      help: 'Clients that wait at the gate.',
      samples: one(gate?.waiting),
    },
    {
      name: 'greeting_children',
      type: 'gauge',
      help: 'Processes of the mailer that the gate has started and that run.',
      samples: one(gate?.children),
    },
    {
      name: 'greeting_stressed',
      type: 'gauge',
      help: 'Whether the gate is so full that clients wait for a shorter time.',
      samples: one(gate && (gate.stress === 'stressed' ? 1 : 0)),
    },
    {
      name: 'greeting_heard_timestamp_seconds',
      type: 'gauge',
      help: 'When the gate last reported; 0: never.',
      samples: one(view && (gate?.heardMs ?? 0) / 1000),
    },
  ];
}

function clientFigures(view: GreetingView | undefined): Figure[] {
  return [
    {
      name: 'greeting_clients_total',
      type: 'counter',
      help: 'Clients of the gate, by the way in which their wait ended.',
      samples: Object.entries(view?.fates ?? {}).map(([fate, value]) => ({labels: {fate}, value})),
    },
    {
      name: 'greeting_seen_early_total',
      type: 'counter',
      help: 'Clients whose first words the kernel saw before the greeting.',
      samples: one(view?.seenEarly),
    },
    waitFigure(view?.waits),
    {
      name: 'greeting_passed',
      type: 'gauge',
      help: 'Clients that go straight to the mailer, because they have waited.',
      samples: one(view?.passed),
    },
    {
      name: 'greeting_rules_standing',
      type: 'gauge',
      help: 'Whether the rules are in force that lead clients to the gate, or watch their first words.',
      samples: (view?.rules ?? []).flatMap(({family, state}) =>
        state === 'off'
          ? []
          : [{labels: {family: `ipv${family}`}, value: state === 'stands' ? 1 : 0}],
      ),
    },
  ];
}

function waitFigure(waits: WaitsView | undefined): Figure {
  const upTo = (waits?.upTo ?? []).map(({seconds, clients}) => ({
    labels: {le: String(seconds)},
    value: clients,
  }));
  const all = waits === undefined ? [] : [{labels: {le: '+Inf'}, value: waits.clients}];
  return {
    name: 'greeting_wait_seconds',
    type: 'histogram',
    help: 'How long clients waited at the gate.',
    samples: [
      ...[...upTo, ...all].map((sample) => ({...sample, part: 'bucket' as const})),
      ...(waits === undefined ? [] : [{part: 'sum' as const, value: waits.seconds}]),
      ...(waits === undefined ? [] : [{part: 'count' as const, value: waits.clients}]),
    ],
  };
}
