/** The phases of a keeper: every event in every phase, and what follows from any order of them. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  firstPhase,
  nextPhase,
  type Phase,
  type PhaseEvent,
  progressOf,
  promptMs,
} from '../../src/firewall/phase.js';

const startMs = Date.UTC(2026, 10, 21, 12);

const trying = (more: Partial<Extract<Phase, {kind: 'trying'}>> = {}): Phase => ({
  ...{kind: 'trying', sinceMs: startMs, result: 'believed', failure: undefined},
  ...more,
});
const idle = firstPhase;
const waiting: Phase = {kind: 'waiting', failure: 'locked'};
const stopping: Phase = {kind: 'stopping', sinceMs: startMs, failure: undefined};
const stopped: Phase = {kind: 'stopped', failure: undefined};

const at = startMs + 700;
const events = {
  begin: {kind: 'begin', nowMs: at},
  due: {kind: 'due', nowMs: at},
  doubt: {kind: 'doubt'},
  done: {kind: 'done'},
  failed: {kind: 'failed', why: 'refused'},
  looked: {kind: 'looked', failure: 'no right'},
  stop: {kind: 'stop'},
} as const satisfies Record<PhaseEvent['kind'], PhaseEvent>;

const table: readonly [Phase, Partial<Record<PhaseEvent['kind'], Phase>>][] = [
  [
    idle,
    {
      begin: trying({sinceMs: at}),
      looked: {kind: 'idle', failure: 'no right'},
      stop: stopped,
    },
  ],
  [
    trying(),
    {
      begin: trying({sinceMs: at}),
      doubt: trying({result: 'doubted'}),
      done: idle,
      failed: {kind: 'waiting', failure: 'refused'},
      stop: stopping,
    },
  ],
  [
    trying({failure: 'locked', result: 'doubted'}),
    {
      begin: trying({sinceMs: at, failure: 'locked'}),
      doubt: trying({failure: 'locked', result: 'doubted'}),
      done: idle,
      failed: {kind: 'waiting', failure: 'refused'},
      stop: {...stopping, failure: 'locked'},
    },
  ],
  [
    waiting,
    {due: trying({sinceMs: at, failure: 'locked'}), stop: {kind: 'stopped', failure: 'locked'}},
  ],
  [stopping, {done: stopped, failed: {kind: 'stopped', failure: 'refused'}}],
  [stopped, {}],
];

describe.each(table)('%j', (phase, follows) => {
  test.each(Object.values(events))('on %j', (event) => {
    expect(nextPhase(phase, event)).toEqual(follows[event.kind] ?? phase);
  });
});

test('a new try does not inherit what only a look has found', () => {
  const blind = nextPhase(idle, {kind: 'looked', failure: 'no right'});
  expect(progressOf(blind, at)).toEqual({kind: 'bad', failure: 'no right'});
  expect(nextPhase(blind, events.begin)).toEqual(trying({sinceMs: at}));
});

describe('progress', () => {
  test.each([
    ['idle', idle, 'good'],
    ['stopped', stopped, 'good'],
    ['a try', trying(), 'underWay'],
    ['the last try', stopping, 'underWay'],
    ['a try after a failure', trying({failure: 'locked'}), 'bad'],
    ['waiting', waiting, 'bad'],
  ] as const)('of %s', (_, phase, kind) => {
    expect(progressOf(phase, startMs).kind).toBe(kind);
  });

  test.each([trying(), stopping])(
    'a try that takes too long is bad, until it ends: %j',
    (phase) => {
      expect(progressOf(phase, startMs + promptMs)).toEqual({kind: 'underWay'});
      const late = {kind: 'bad', failure: 'no answer for 2s'};
      expect(progressOf(phase, startMs + promptMs + 1)).toEqual(late);
      expect(progressOf(nextPhase(phase, events.done), startMs + 60_000)).toEqual({kind: 'good'});
    },
  );

  test('a clock that was set back makes no try late; a known failure comes first', () => {
    expect(progressOf(trying(), startMs - 3_600_000)).toEqual({kind: 'underWay'});
    const failing = trying({failure: 'locked'});
    expect(progressOf(failing, startMs + 60_000)).toEqual({kind: 'bad', failure: 'locked'});
  });
});

describe('in any order of events', () => {
  const order = fc.array(fc.constantFrom(...Object.values(events)), {maxLength: 30});
  const after = (all: readonly PhaseEvent[], from: Phase = idle): Phase =>
    all.reduce(nextPhase, from);

  test('property: nothing begins after a stop', () => {
    fc.assert(
      fc.property(order, order, (before, later) => {
        const end = nextPhase(after(before), events.stop);
        const last = after(later, end);
        expect(['stopping', 'stopped']).toContain(last.kind);
        if (end.kind === 'stopped') expect(last).toEqual(end);
      }),
    );
  });

  test('property: while a failure waits, only the end of its pause begins a try', () => {
    fc.assert(
      fc.property(order, (later) => {
        const without = later.filter(({kind}) => kind !== 'due' && kind !== 'stop');
        expect(after(without, waiting)).toEqual(waiting);
      }),
    );
  });

  test('property: a failure is known until a try is done, and gone then', () => {
    fc.assert(
      fc.property(order, (before) => {
        const phase = after(before);
        const isWaiting = phase.kind === 'waiting';
        expect(isWaiting ? phase.failure : 'a failure').toEqual(expect.any(String));
        const isUnderWay = phase.kind === 'trying' || phase.kind === 'stopping';
        if (isUnderWay) expect(nextPhase(phase, events.done).failure).toBeUndefined();
      }),
    );
  });
});
