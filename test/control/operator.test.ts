/** What is answered to an operator. */
import {describe, expect, test} from '@jest/globals';
import {type OperatorView, serve} from '../../src/control/operator.js';
import type {Answer} from '../../src/control/protocol.js';
import {Guard} from '../../src/guard/guard.js';
import {emptyState} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import type {Status} from '../../src/report/status.js';
import {Exemptions} from '../../src/score/exempt.js';
import {offenderAfter, policy, settings, startMs} from '../score/samples.js';

describe('serve', () => {
  const client = '198.51.100.7';
  const stop = {sinceMs: startMs - 60_000, clients: [client, '198.51.100.8'], heldBack: 5};
  const dayMinutes = 24 * 60;
  const nowMinute = startMs / 60_000;
  const status: Status = {
    sinceMs: startMs,
    backend: 'iptables',
    families: [],
    egress: {mode: 'warn', families: []},
    blocks: 0,
    offenders: 0,
    brake: {kind: 'free'},
    trial: {kind: 'none'},
    unsaved: undefined,
    outcomes: {},
  };

  function make(): OperatorView {
    const state = emptyState();
    return {
      state,
      guard: new Guard(settings, state),
      status: () => status,
      exemptions: new Exemptions(parseWhitelist('wl', ''), undefined, []),
      policy,
      history: () => [],
    };
  }

  const why = (view: OperatorView): readonly string[] => {
    const {answer} = serve({command: 'why', network: client}, view, startMs);
    return (answer as Extract<Answer, {kind: 'why'}>).lines.slice(3);
  };

  test('resume ends a stop once, and says so', () => {
    const view = make();
    view.state.brake.set('brake', {kind: 'stopped', ...stop});
    expect(serve({command: 'resume'}, view, startMs)).toEqual({
      answer: {kind: 'done', message: 'blocks are made again'},
      outcomes: [{kind: 'resumed', ...stop}],
    });
    expect(serve({command: 'resume'}, view, startMs)).toEqual({
      answer: {kind: 'notStopped', message: 'blocking was not stopped'},
      outcomes: [],
    });
  });

  test('who is unblocked within a network that is blocked is not in yet, and that is said', () => {
    const view = make();
    const ask = (command: 'block' | 'unblock', network: string): Answer =>
      serve({command, network, seconds: 60}, view, startMs).answer;
    ask('block', '198.51.100.0/24');
    ask('block', client);
    const hint = `but lies in 198.51.100.0/24, which is`;
    expect(ask('unblock', client)).toEqual({
      ...{kind: 'done', message: `${client} is unblocked, ${hint} blocked`},
    });
    expect(ask('unblock', client)).toEqual({
      ...{kind: 'notBlocked', message: `${client} was not blocked, ${hint}`},
    });
  });

  test('why tells of a client nobody has heard of that it is no good sender', () => {
    expect(why(make())).toEqual(['no good sender: no mail of it was accepted of late']);
  });

  test('why tells of a good sender since when, and of a stop', () => {
    const view = make();
    const times = {firstMinute: nowMinute - 3 * dayMinutes, lastMinute: nowMinute - dayMinutes};
    view.state.senders.set(client, times);
    view.state.brake.set('brake', {kind: 'stopped', ...stop});
    expect(why(view)).toEqual([
      'a good sender: mail accepted since 2026-11-18T12:00:00Z, last about 2026-11-20T12:00:00Z',
      'nobody is blocked since 2026-11-21T11:59:00Z, until: blocksmtp resume',
    ]);
  });

  test('why tells of one that delivered only during its guesses that it is none', () => {
    const view = make();
    view.state.senders.set(client, {firstMinute: nowMinute - 30, lastMinute: nowMinute - 30});
    expect(why(view)[0]).toMatch(/^a good sender: /);
    view.state.offenders.set(client, offenderAfter([-1800, -1795, -1790, -900]));
    expect(why(view)[0]).toMatch(/^no good sender: mail accepted since /);
  });
});
