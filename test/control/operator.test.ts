/** What is answered to an operator. */
import {beforeEach, describe, expect, test} from '@jest/globals';
import {type OperatorView, serve} from '../../src/control/operator.js';
import type {HistoryEntry} from '../../src/blocks/history.js';
import type {Answer} from '../../src/control/protocol.js';
import {Guard} from '../../src/guard/guard.js';
import {askNobody} from '../../src/guard/joining.js';
import {emptyState} from '../../src/guard/state.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import type {ClientView} from '../../src/judge/view.js';
import type {WhyView} from '../../src/report/why-lines.js';
import {Exemptions} from '../../src/score/exempt.js';
import {address} from '../net/samples.js';
import {because, guesser} from '../judge/samples.js';
import {configIn} from '../support/config.js';
import {quietCrowd, statusOf} from '../report/status-samples.js';
import {settings, startMs} from '../score/samples.js';

describe('serve', () => {
  const client = '198.51.100.7';
  const known = new Map<string, ClientView>();
  beforeEach(() => known.clear());

  function make(): OperatorView {
    const state = emptyState();
    return {
      state,
      guard: new Guard(settings, state),
      status: () => statusOf(),
      mailSenders: () => [],
      exemptions: new Exemptions(parseWhitelist('wl', '192.0.2.0/24\n'), undefined, []),
      judged: {client: ({text}) => known.get(text), crowd: () => quietCrowd},
      config: configIn('/tmp'),
      guardedPorts: [25],
      whitelist: '/etc/wl',
      history: (network) => [{atMs: startMs, network, event: 'ended', reason: 'ended'}],
    };
  }

  const why = (view: OperatorView, network = client): WhyView => {
    const {answer, outcomes} = serve({command: 'why', network}, view, startMs);
    expect(outcomes).toEqual([]);
    return (answer as Extract<Answer, {kind: 'why'}>).why;
  };
  const blockFor = (view: OperatorView, network: string): void =>
    void serve({command: 'block', network, seconds: 60}, view, startMs);

  test('resume ends a stop once, and says so', () => {
    const view = make();
    const lost = {sum: 9, names: [1], networks: [], refusedMs: startMs};
    const sinceMs = startMs - 60_000;
    view.state.listLoss.set('listLoss', {kind: 'on', sinceMs, ...lost});
    expect(serve({command: 'resume'}, view, startMs)).toEqual({
      answer: {kind: 'done', message: 'blocks are made again'},
      outcomes: [{kind: 'listBack', sinceMs, why: 'operator'}],
    });
    expect(serve({command: 'resume'}, view, startMs)).toEqual({
      answer: {kind: 'notStopped', message: 'blocking was not stopped'},
      outcomes: [],
    });
  });

  test('says that a client unblocked within a blocked network is still blocked', () => {
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

  test('names blocks inside of a network that was not blocked', () => {
    const view = make();
    for (const last of [7, 8, 9, 10]) blockFor(view, `198.51.100.${last}`);
    const request = {command: 'unblock', network: '198.51.100.0/24'} as const;
    expect(serve(request, view, startMs).answer).toMatchObject({
      message:
        '198.51.100.0/24 was not blocked; 4 blocks lie inside: 198.51.100.7, 198.51.100.8, 198.51.100.9 and 1 more',
    });
  });

  test('blocks a network around exempt addresses, and says which pass', () => {
    const view = make();
    const request = {command: 'block', network: '192.0.0.0/16', seconds: 60} as const;
    expect(serve(request, view, startMs).answer).toMatchObject({
      kind: 'done',
      message: expect.stringMatching(
        /^192\.0\.0\.0\/16 is blocked until \S+; exempt in it, and let pass: 192\.0\.2\.0\/24$/,
      ),
    });
    expect(view.state.blocks.get('192.0.0.0/16')?.except).toEqual(['192.0.2.0/24']);
  });

  test.each([
    ['203.0.113.0/24', 'it holds 203.0.113.1, an address of this machine'],
    ['203.0.113.1', 'it is an address of this machine'],
    [
      '192.0.2.7',
      'whitelisted by wl:1: 192.0.2.0/24; take it out first: blocksmtp disallow, then block it',
    ],
  ])('says why %s is not blocked', (network, reason) => {
    const own = [address('203.0.113.1')];
    const exemptions = new Exemptions(parseWhitelist('wl', '192.0.2.0/24\n'), undefined, own);
    const view = {...make(), exemptions};
    expect(serve({command: 'block', network, seconds: 60}, view, startMs).answer).toEqual({
      kind: 'refused',
      message: `${network} is not blocked: ${reason}`,
    });
  });

  test('says that a client that passes the block of its network was not blocked', () => {
    const view = make();
    const made = {fromMs: startMs, untilMs: startMs + 1, reason: 'guessed'};
    const network = '198.51.100.0/24';
    view.state.blocks.set(network, {...made, network, origin: 'evidence', except: [client]});
    const message = `${client} was not blocked`;
    const unblock = {command: 'unblock', network: client} as const;
    expect(serve(unblock, view, startMs).answer).toEqual({kind: 'notBlocked', message});
    expect(why(view)).toMatchObject({block: {network}, passes: client});
    // Another block around it lets nobody pass.
    blockFor(view, '198.51.0.0/16');
    expect(why(view)).toMatchObject({block: {network: '198.51.0.0/16'}, passes: null});
  });

  test('why shows a neighbour in a network of this machine as a client of its own', () => {
    const view = make();
    const [own, neighbour, stranger] = ['2001:db8::1', '2001:db8::7', '2001:db8:1::7'].map(address);
    const exemptions = new Exemptions(parseWhitelist('wl', ''), undefined, [own!]);
    const real = {...view, exemptions, judged: view.guard.judged};
    view.guard.see(exemptions);
    for (const one of [neighbour!, stranger!]) {
      const record = {atMs: startMs, host: 'relay', program: 'sm-mta', pid: 1, times: 1} as const;
      const message = `6ALC000000015${one === stranger ? 1 : 2}: ruleset=check_rcpt, arg1=<x@example.net>, relay=[IPv6:${one.text}], reject=550 5.1.1 <x@example.net>... User unknown`;
      view.guard.take({...record, message, writer: undefined}, startMs, exemptions, askNobody);
    }
    expect(why(real, '2001:db8::7').known).toMatchObject({client: '2001:db8::7', score: 1});
    expect(why(real, '2001:db8::8').known).toBeNull();
    expect(why(real, '2001:db8::/64').known).toBeNull();
    expect(why(real, '2001:db8:1::8').known).toMatchObject({client: '2001:db8:1::/64', score: 1});
    blockFor(real, '2001:db8::7');
    expect(why(real, '2001:db8::7').block).toMatchObject({network: '2001:db8::7'});
    expect(why(real, '2001:db8::8').block).toBeNull();
  });

  test('names the blocks that stand inside of an unblocked network', () => {
    const view = make();
    const network = '198.51.100.0/24';
    const message = (): unknown => serve({command: 'unblock', network}, view, startMs).answer;
    for (const one of [network, client]) blockFor(view, one);
    expect(message()).toMatchObject({
      message: `${network} is unblocked; 1 block inside of it still stands`,
    });
    for (const one of [network, '198.51.100.8']) blockFor(view, one);
    expect(message()).toMatchObject({
      message: `${network} is unblocked; 2 blocks inside of it still stand`,
    });
  });

  test('a list has the last names of each block, and not all', () => {
    const view = make();
    blockFor(view, client);
    blockFor(view, '198.51.100.8');
    const block = view.state.blocks.get(client);
    if (block === undefined) throw new Error('no block');
    view.state.blocks.set(client, {...block, because: {...because, names: ['a', 'b', 'c', 'd']}});
    const {answer} = serve({command: 'list'}, view, startMs);
    const {blocks} = answer as Extract<Answer, {kind: 'blocks'}>;
    expect(blocks.flatMap((each) => each.because?.names ?? [])).toEqual(['b', 'c', 'd']);
    expect(why(view).block?.because?.names).toHaveLength(4);
  });

  test('answers why for an unknown client', () => {
    expect(why(make())).toEqual({
      network: client,
      exemption: null,
      block: null,
      passes: null,
      blocksInside: 0,
      known: null,
      crowd: quietCrowd,
      whitelist: '/etc/wl',
      history: [{atMs: startMs, network: client, event: 'ended', reason: 'ended'}],
    });
  });

  test('why shows what the judge knows, why nobody blocks it, and its own block', () => {
    const view = make();
    known.set(client, {...guesser, client});
    expect(why(view)).toMatchObject({known: {client, score: 3}});
    expect(why(view, '192.0.2.7').exemption).toBe('whitelisted by wl:1: 192.0.2.0/24');
    blockFor(view, client);
    const block = {network: client, origin: 'operator', reason: 'by the operator'};
    expect(why(view).block).toMatchObject(block);
  });

  test('why shows the past of the whole client, newest first', () => {
    const view = make();
    const [asked, whole] = ['2001:db8::7', '2001:db8::/64'];
    known.set(asked, {...guesser, client: whole});
    const history = (network: string): HistoryEntry[] => [
      {atMs: network === whole ? 2 : 1, network, event: 'blocked', reason: 'x'},
    ];
    const past = why({...view, history}, asked).history;
    expect(past.map(({network}) => network)).toEqual([whole, asked]);
  });

  test('why shows the block around an address, and whether it passes', () => {
    const view = make();
    blockFor(view, '198.51.100.0/24');
    expect(why(view)).toMatchObject({block: {network: '198.51.100.0/24'}, passes: null});
    expect(why(view, '198.51.101.7').block).toBeNull();
    expect(why(view, '198.51.0.0/16')).toMatchObject({block: null, blocksInside: 1});
    expect(why(view, '198.51.100.0/24').blocksInside).toBe(0);
    const block = view.state.blocks.get('198.51.100.0/24');
    if (block === undefined) throw new Error('no block');
    const except = ['198.51.100.1', '198.51.100.4/30'];
    view.state.blocks.set(block.network, {...block, except});
    expect(why(view).passes).toBe('198.51.100.4/30');
    expect(why(view, '198.51.100.8').passes).toBeNull();
    expect(why(view, '198.51.100.0/29').passes).toBeNull();
  });

  test('why prefers an own block to one around it', () => {
    const view = make();
    blockFor(view, '198.51.100.0/24');
    blockFor(view, client);
    expect(why(view).block?.network).toBe(client);
  });
});
