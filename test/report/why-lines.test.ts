/** What `why` tells: each fact in a sentence, what would undo it, and hostile text made harmless. */
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Block} from '../../src/blocks/block.js';
import {becauseText} from '../../src/judge/because-text.js';
import {type RemoteName, whyJson, whyLines, type WhyView} from '../../src/report/why-lines.js';
import {because, guesser, mailer} from '../judge/samples.js';
import {listLost, nowMs, quietCrowd} from './status-samples.js';
import {anyCharacter} from '../support/any-text.js';

const nothing: WhyView = {
  network: '203.0.113.7',
  exemption: null,
  block: null,
  passes: null,
  blocksInside: 0,
  known: null,
  crowd: quietCrowd,
  whitelist: '/etc/wl',
  history: [],
};
const block: Block = {
  network: '203.0.113.7',
  fromMs: nowMs - 60_000,
  untilMs: nowMs + 3_540_000,
  reason: becauseText(because),
  origin: 'evidence',
  because,
};
const notAsked: RemoteName = {kind: 'notAsked'};
const lines = (changes: Partial<WhyView>, name: RemoteName = notAsked): string[] =>
  whyLines({...nothing, ...changes}, name, nowMs);

const exempting =
  'to exempt it: blocksmtp allow 203.0.113.7 (a line in /etc/wl); a backup MX or forwarder of yours: trusted_relays';

describe('whyLines', () => {
  test('of an unknown client', () => {
    expect(lines({})).toEqual([
      '203.0.113.7: not exempt',
      'not blocked',
      'nothing is known against it or for it',
    ]);
  });

  test('of an exempt client it names the exemption, and no other way to be exempt', () => {
    expect(lines({exemption: 'whitelisted by wl:1: 203.0.113.0/24', known: guesser})).toEqual([
      '203.0.113.7: never blocked: whitelisted by wl:1: 203.0.113.0/24',
      'not blocked',
      'it asked for: anna, bert, carl',
      expect.stringMatching(/^against it: 3 names that never took mail here, from /),
      expect.stringMatching(/^for it: /),
      expect.stringMatching(/^score /),
      expect.stringMatching(/^blocks so far/),
    ]);
  });

  test('of a guesser that is blocked', () => {
    const known = {
      ...guesser,
      ...{counts: {}, names: [], firstMs: undefined, lastMs: undefined, score: 5, blocks: 1},
      secondChanceMs: nowMs + 7_140_000,
    };
    const history = [
      {atMs: nowMs, network: 'x', event: 'unblocked', reason: 'operator'},
      {atMs: nowMs, network: 'x', event: 'blocked', reason: becauseText(because)},
    ] as const;
    expect(lines({block, known, history})).toEqual([
      '203.0.113.7: not exempt',
      'blocked from 2026-11-21T11:59:00+00:00 until 2026-11-21T12:59:00+00:00 (59m left): 10 names that never took mail here in 1s (anna.berg, anna.dahl, +8), none delivered, score 10.0 of 10, proof kernel',
      'it asked for: anna.berg, anna.dahl',
      'against it since the block: nothing',
      'for it: nothing was delivered',
      'score 5.0, never below 0; blocked at 10 (for 1h)',
      'until 2026-11-21T13:59:00+00:00 its names weigh a quarter: what was held up comes',
      'blocks so far that make the next one longer: 1',
      'to end the block: blocksmtp unblock 203.0.113.7',
      exempting,
      '2026-11-21T12:00:00+00:00 unblocked: by the operator',
      '2026-11-21T12:00:00+00:00 blocked: 10 names that never took mail here in 1s (anna.berg, anna.dahl, +8), none delivered, score 10.0 of 10, proof kernel',
    ]);
  });

  test('of a mailer with a record', () => {
    expect(lines({known: mailer})).toEqual([
      '203.0.113.7: not exempt',
      'not blocked',
      'against it: 1 name that never took mail here, 2 names of former users or of another host, from 2026-11-21T11:59:00+00:00 to 2026-11-21T11:59:59+00:00',
      'for it: delivered to 64 recipients on 9 days, last 2026-11-20T12:00:00+00:00; a mailer with a record; our own users write to it',
      'score -12.5, never below -15; blocked at 10 (for 1h)',
      'blocks so far that make the next one longer: 0',
    ]);
  });

  test('an operator has blocked it: that is the reason, and how it ends', () => {
    const known = lines({
      block: {...block, origin: 'operator', reason: 'asked for', because: undefined},
    });
    expect(known).toEqual([
      '203.0.113.7: not exempt',
      'blocked from 2026-11-21T11:59:00+00:00 until 2026-11-21T12:59:00+00:00 (59m left): by the operator',
      'nothing is known against it or for it',
      'to end the block: blocksmtp unblock 203.0.113.7',
      exempting,
    ]);
  });

  test('an address inside of a network that is blocked', () => {
    const around = {...block, network: '203.0.113.0/24', except: ['203.0.113.7']};
    const told = lines({block: around, passes: '203.0.113.7'});
    expect(told[1]).toMatch(/^inside of 203\.0\.113\.0\/24, blocked from /);
    expect(told[2]).toBe(
      'its packets pass all the same: 203.0.113.7 is exempt, or has delivered mail',
    );
    expect(told).toContain('to end the block: blocksmtp unblock 203.0.113.0/24');
  });

  test('an IPv6 address is one client with its network, and that is to be exempted', () => {
    const known = {...guesser, client: '2001:db8::/64'};
    const told = lines({network: '2001:db8::7', known});
    expect(told[1]).toBe('it counts as one client with all of 2001:db8::/64');
    expect(told.at(-1)).toMatch(/^to exempt it: blocksmtp allow 2001:db8::\/64 \(a line in /);
  });

  test('further facts beside it', () => {
    expect(lines({blocksInside: 2})[2]).toBe('2 blocks inside of it');
    expect(lines({known: {...guesser, network: 'hot'}})).toContain(
      'a network around it is known for guessers',
    );
    expect(lines({known: {...guesser, bars: []}})).toContain(
      'score 3.0, never below 0; it is not judged now',
    );
    // A second chance that is over is none.
    const over = lines({known: {...guesser, secondChanceMs: nowMs}});
    expect(over.join('\n')).not.toContain('quarter');
    expect(lines({known: {...guesser, counts: {}, firstMs: undefined}})).toContain(
      'against it: nothing',
    );
  });

  test('facts that concern all', () => {
    const crowd = {...listLost, wave: {kind: 'on'}} as const;
    const told = lines({crowd}).join('\n');
    expect(told).toContain('\nblocking is STOPPED for 60s: ');
    expect(told).toContain('\na wave of strangers is on: ');
  });

  test('the name that the DNS has', () => {
    const name: RemoteName = {kind: 'name', name: 'mx.example.net'};
    expect(lines({}, name)[1]).toBe('its name is mx.example.net, as its owner says');
    expect(lines({}, {kind: 'none'})).toEqual(lines({}));
  });

  test('property: hostile names give lines of printable ASCII, of bounded length', () => {
    const hostile = fc.string({unit: anyCharacter, maxLength: 300});
    fc.assert(
      fc.property(fc.array(hostile, {maxLength: 30}), (names) => {
        for (const line of lines({known: {...guesser, names}})) {
          expect(line).toMatch(/^[\x20-\x7e]{1,300}$/);
        }
      }),
    );
  });
});

describe('whyJson', () => {
  test('has all known facts, with the name if it was asked for', () => {
    const view = {...nothing, known: guesser, block};
    const plain = JSON.parse(JSON.stringify(view)) as object;
    expect(JSON.parse(whyJson(view, notAsked))).toMatchObject({
      ...plain,
      block: {...block, untilTime: '2026-11-21T12:59:00Z'},
    });
    expect(JSON.parse(whyJson(view, {kind: 'none'}))).toMatchObject({name: null});
    expect(JSON.parse(whyJson(view, {kind: 'name', name: 'mx.example.net'}))).toMatchObject({
      name: 'mx.example.net',
    });
  });

  test('has hostile names as they came, and no terminal obeys them', () => {
    const names = ['<a\u009B2J\u001B[2J\u202Eb\u007F\n@example.net>', 'x'.repeat(10_240)];
    const text = whyJson({...nothing, known: {...guesser, names}}, notAsked);
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect((JSON.parse(text) as WhyView).known?.names).toEqual(names);
  });
});
