/** Which blocks are taken back, and what their clients are then: from the state alone. */
import {describe, expect, test} from '@jest/globals';
import type {Block} from '../../src/blocks/block.js';
import {flushReason} from '../../src/blocks/history.js';
import {endBlocks, lift, liftAll, liftExempt, liftSince, unblock} from '../../src/guard/lifting.js';
import type {Outcome, WhyLifted} from '../../src/guard/outcome.js';
import {emptyState, type State} from '../../src/guard/state.js';
import {Exemptions} from '../../src/score/exempt.js';
import {Judge} from '../../src/judge/judge.js';
import type {ClientView} from '../../src/judge/view.js';
import {judgedBy} from '../../src/judge/shown.js';
import {field} from '../../src/judge/memory/client-record.js';
import {addressBytes} from '../../src/net/address-bytes.js';
import {networkOf} from '../../src/net/network.js';
import {address} from '../net/samples.js';
import {parseAddress} from '../../src/net/address.js';
import {mostHoles} from '../../src/net/subtract.js';
import {parseWhitelist} from '../../src/net/whitelist.js';
import {policy, startMs} from '../score/samples.js';

const hour = 3_600_000;
const nowMs = startMs + hour;
const [anna, bert, carl] = ['203.0.113.7', '203.0.113.8', '2001:db8::/48'];

/** Anna's is over, Bert's is not, and the operator has blocked Carl's network. */
function blocked(): State {
  const state = emptyState();
  const block = (network: string, untilMs: number, changed: Partial<Block> = {}): void => {
    const reason = 'guessed';
    const made = {network, fromMs: startMs, untilMs, reason, origin: 'evidence', ...changed};
    state.blocks.set(network, made as Block);
    if (network.includes('/')) return;
    const slot = state.clients.add(addressBytes(address(network)));
    state.clients.setU8(slot, field.blocks, 2);
    state.clients.setU32(slot, field.scoredSec, startMs / 1000);
    state.clients.setU32(slot, field.blockedUntilSec, untilMs / 1000);
  };
  block(anna, nowMs);
  block(bert, nowMs + hour, {madeMs: startMs + 1000});
  block(carl, nowMs + hour, {origin: 'operator', madeMs: startMs + 1000});
  return state;
}

const knownIn = (state: State, client: string): ClientView | undefined =>
  judgedBy(new Judge(policy, state)).client(networkOf(client), nowMs);

const told = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((each) =>
    each.kind === 'lifted' ? `${each.block.network} ${each.why}` : each.kind,
  );

describe('lifted are', () => {
  test.each<[string, (state: State) => Outcome[], string[]]>([
    ['those that are over', (state) => endBlocks(state, nowMs), [`${anna} ended`]],
    ['none a moment before', (state) => endBlocks(state, nowMs - 1), []],
    [
      'those that evidence made since then',
      (state) => liftSince(state, startMs + 1, nowMs),
      [`${bert} notConfirmed`],
    ],
    [
      'those of exempt clients',
      (state) => {
        const whitelist = {file: '', entries: [], problems: []};
        return liftExempt(state, new Exemptions(whitelist, parseAddress(bert), []), nowMs);
      },
      [`${bert} exempt`],
    ],
    [
      'all of them',
      (state) => liftAll(state, nowMs),
      [`${anna} operator`, `${bert} operator`, `${carl} operator`],
    ],
  ])('%s', (_, act, expected) => {
    const state = blocked();
    expect(told(act(state))).toEqual(expected);
    const gone = expected.map((each) => each.split(' ')[0]);
    expect([...state.blocks.values()].map(({network}) => network)).toEqual(
      [anna, bert, carl].filter((network) => !gone.includes(network)),
    );
    expect(state.history.map(({network}) => network)).toEqual(gone);
  });
});

describe('the client of a lifted block', () => {
  test('that the operator unblocks begins anew', () => {
    const state = blocked();
    expect(unblock(state, bert, nowMs)).toMatchObject({kind: 'lifted', why: 'operator'});
    expect(knownIn(state, bert)).toBeUndefined();
    expect(unblock(state, bert, nowMs)).toBeUndefined();
    expect(state.history).toHaveLength(1);
  });

  test('and keeps its deliveries', () => {
    const state = blocked();
    const judge = new Judge(policy, state);
    const recipients = ['<a@x>', '<b@x>', '<c@x>'];
    judge.delivered({
      ...{client: address(bert), proof: 'log', submitter: 'stranger', sender: 'named'},
      ...{senderHash: 1, recipients, others: [], nextHost: undefined, atMs: nowMs},
    });
    unblock(state, bert, nowMs);
    expect(knownIn(state, bert)).toMatchObject({
      ...{standing: 'mailer', delivered: 3, blocks: 0, counts: {}, names: [], stale: 0},
      secondChanceMs: undefined,
    });
    expect(knownIn(state, bert)?.score).toBeLessThanOrEqual(0);
    expect(judge.blockedUntilMs(address(bert))).toBe(0);
  });

  test('a network of IPv4 is not the client with its first address', () => {
    const state = blocked();
    const [first, network] = ['192.0.2.0', '192.0.2.0/24'];
    const judge = new Judge(policy, state);
    const evidence = {kind: 'unknownRecipient', subject: '<a@x>', atMs: nowMs} as const;
    judge.hear({...evidence, client: address(first), proof: 'log'}, nowMs);
    unblock(state, network, nowMs);
    expect(knownIn(state, first)).toMatchObject({score: 1});
  });

  test('whose block was lifted with all others is noted so: the operator did not mean this client', () => {
    const [one, all] = [blocked(), blocked()];
    unblock(one, anna, nowMs);
    liftAll(all, nowMs);
    expect(one.history.map(({reason}) => reason)).toEqual(['operator']);
    expect(new Set(all.history.map(({reason}) => reason))).toEqual(new Set([flushReason]));
  });

  test.each<[WhyLifted, number]>([
    ['exempt', 2],
    ['brake', 1],
    ['notConfirmed', 1],
  ])('%s: it has %i blocks behind it, and the last is over now', (why, blocks) => {
    const state = blocked();
    lift(state, state.blocks.get(bert)!, why, nowMs);
    expect(knownIn(state, bert)).toMatchObject({blocks});
    expect(new Judge(policy, state).blockedUntilMs(address(bert))).toBe(nowMs);
    expect(state.history).toEqual([{atMs: nowMs, network: bert, event: 'unblocked', reason: why}]);
  });

  test('whose block was over stays as it is', () => {
    const state = blocked();
    const before = knownIn(state, anna);
    endBlocks(state, nowMs);
    expect(before).toMatchObject({blocks: 2});
    expect(knownIn(state, anna)).toEqual(before);
    expect(state.history[0]).toMatchObject({event: 'ended'});
  });
});

describe('inside of a network that is blocked', () => {
  const exemptBy = (...lines: string[]): Exemptions =>
    new Exemptions(parseWhitelist('list', lines.join('\n')), undefined, []);
  const withNetwork = (origin: Block['origin'], except?: readonly string[]): State => {
    const state = emptyState();
    const made = {fromMs: startMs, untilMs: nowMs + hour, reason: 'guessed', origin};
    state.blocks.set('192.0.2.0/24', {network: '192.0.2.0/24', ...made, except});
    return state;
  };
  const exceptIn = (state: State): readonly string[] | undefined =>
    state.blocks.get('192.0.2.0/24')?.except;

  test('a client that becomes exempt passes, and the block stands', () => {
    const state = withNetwork('evidence');
    const friends = exemptBy('192.0.2.7', '192.0.2.64/28', '198.51.100.0/24');
    const outcomes = liftExempt(state, friends, nowMs);
    expect(told(outcomes)).toEqual(['192.0.2.7 exempt', '192.0.2.64/28 exempt']);
    expect(exceptIn(state)).toEqual(['192.0.2.7', '192.0.2.64/28']);
    expect(state.history.map(({network, event}) => [network, event])).toEqual([
      ['192.0.2.7', 'unblocked'],
      ['192.0.2.64/28', 'unblocked'],
    ]);
    expect(liftExempt(state, friends, nowMs)).toEqual([]);
  });

  test('the same holds for a block of the operator', () => {
    const state = withNetwork('operator');
    expect(told(liftExempt(state, exemptBy('192.0.2.7'), nowMs))).toEqual(['192.0.2.7 exempt']);
    expect(exceptIn(state)).toEqual(['192.0.2.7']);
  });

  test('one more joins those who pass already', () => {
    const state = withNetwork('evidence', ['192.0.2.9']);
    liftExempt(state, exemptBy('192.0.2.7'), nowMs);
    expect(exceptIn(state)).toEqual(['192.0.2.9', '192.0.2.7']);
  });

  test.each([
    ['the whole network is exempt', ['192.0.2.0/24'], 'evidence'],
    ['a larger one is', ['192.0.0.0/16', '192.0.2.7'], 'evidence'],
    ['the operator has blocked it, and all of it is exempt', ['192.0.0.0/16'], 'operator'],
    [
      'more are exempt than can be let pass',
      Array.from({length: mostHoles + 1}, (_, i) => `192.0.2.${i}`),
      'evidence',
    ],
  ] as const)('the block is lifted where %s', (_, lines, origin) => {
    const state = withNetwork(origin);
    expect(told(liftExempt(state, exemptBy(...lines), nowMs))).toEqual(['192.0.2.0/24 exempt']);
    expect(state.blocks.size).toBe(0);
  });
});

describe('the record for a complaint', () => {
  const deeds = (state: State): string[] =>
    [...state.complaintDeeds.values()].map(({client}) => client);

  function noted(): State {
    const state = blocked();
    for (const client of [anna, bert, '198.51.100.9', '2001:db8:0:1::/64']) {
      state.complaintDeeds.set(client, {
        ...{client, address: client.replace('/64', '7'), blocksMs: [startMs], names: []},
        ...{firstMs: startMs, lastMs: startMs, unknownNames: 9, wrongPasswords: 0, blocks: 1},
      });
    }
    return state;
  }

  test.each<[string, (state: State) => void, string[]]>([
    ['is kept where it is over', (state) => endBlocks(state, nowMs), [anna, bert]],
    ['is forgotten on unblock', (state) => unblock(state, bert, nowMs), [anna]],
    [
      'also after its end',
      (state) => (state.blocks.delete(bert), unblock(state, bert, nowMs)),
      [anna],
    ],
    ['with the network around it', (state) => unblock(state, '203.0.113.0/24', nowMs), []],
    ['with all of them', (state) => liftAll(state, nowMs), []],
    ['with a trial', (state) => liftSince(state, startMs + 1, nowMs), [anna]],
  ])('%s', (_, act, left) => {
    const state = noted();
    act(state);
    expect(deeds(state).filter((client) => client.startsWith('203.'))).toEqual(left);
    expect(deeds(state)).toContain('198.51.100.9');
  });

  test('a larger network of IPv6 takes all within it', () => {
    const state = noted();
    unblock(state, carl, nowMs);
    expect(deeds(state)).toEqual([anna, bert, '198.51.100.9']);
  });
});
