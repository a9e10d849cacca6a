import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type ChainRules, type ChainState, emptyRules} from '../../../src/blocks/chain/chain.js';
import {planChain, planChainRemoval} from '../../../src/blocks/chain/plan.js';
import {parseListing, renderBatch} from '../../../src/blocks/chain/rules.js';
import type {Family} from '../../../src/net/address.js';
import {families, network, networkTextsOf} from '../../net/samples.js';
import {
  absent,
  afterSteps,
  chainStates,
  desiredSets,
  flat,
  placeOf,
  present,
  spec,
  stepsTo,
  wishOf,
  withOthers,
} from '../../support/kernel/samples.js';

const parse = (listing: string, family: Family = 4): ChainState =>
  parseListing(spec, family, listing);

const rulesOf = (text: string): ChainRules => ({...emptyRules(), drops: new Map([[text, 1]])});

describe('renderBatch: golden text', () => {
  test('a first block: chain, hook and rule in one batch', () => {
    const steps = stepsTo(['203.0.113.7', '198.51.100.0/24'], absent());
    expect(renderBatch(spec, 4, steps)).toBe(`*filter
-N SPAM_UNAME_GUESSERS
-I INPUT 1 -p tcp -m tcp --dport 25 -j SPAM_UNAME_GUESSERS
-A SPAM_UNAME_GUESSERS -s 203.0.113.7 -p tcp -m tcp --dport 25 -j DROP
-A SPAM_UNAME_GUESSERS -s 198.51.100.0/24 -p tcp -m tcp --dport 25 -j DROP
COMMIT
`);
  });

  test('a repair: the late hook moves, one rule goes, one comes', () => {
    const other = {chain: 'OTHER', ports: [587], hooks: ['INPUT']};
    const found = {...present([], 1, true), chains: new Map([['OTHER', rulesOf('2001:db8::7')]])};
    const settings = {...flat, family: 6, spec: other} as const;
    const steps = planChain(settings, wishOf(['2001:db8::8'], 'remove', 6), found);
    expect(renderBatch(other, 6, steps)).toBe(`*filter
-D INPUT -p tcp -m tcp --dport 587 -j OTHER
-I INPUT 1 -p tcp -m tcp --dport 587 -j OTHER
-A OTHER -s 2001:db8::8 -p tcp -m tcp --dport 587 -j DROP
-D OTHER -s 2001:db8::7 -p tcp -m tcp --dport 587 -j DROP
COMMIT
`);
  });

  test('the removal of everything', () => {
    expect(renderBatch(spec, 4, planChainRemoval(flat, present(['203.0.113.7'])))).toBe(`*filter
-D INPUT -p tcp -m tcp --dport 25 -j SPAM_UNAME_GUESSERS
-F SPAM_UNAME_GUESSERS
-X SPAM_UNAME_GUESSERS
COMMIT
`);
  });
});

/** A rule as the kernel prints it back: hosts with their prefix. */
const printed = (text: string): string =>
  text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;

/** What iptables-save prints of a filter table with these chains. */
function listing(chains: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(chains);
  const policy = (name: string): string => (name === 'INPUT' ? 'ACCEPT' : '-');
  return [
    '*filter',
    ...names.map((name) => `:${name} ${policy(name)} [0:0]`),
    ...names.flatMap((name) => (chains[name] ?? []).map((rule) => `-A ${name} ${rule}`)),
    'COMMIT',
    '',
  ].join('\n');
}

const hook = '-p tcp -m tcp --dport 25 -j SPAM_UNAME_GUESSERS';
const drop = (text: string): string => `-s ${printed(text)} -p tcp -m tcp --dport 25 -j DROP`;

const familyNetworks = families.chain((family) =>
  fc.tuple(
    fc.constant(family),
    fc.array(
      networkTextsOf(family).map(({text}) => network(text).text),
      {maxLength: 20},
    ),
  ),
);

describe('parseListing: drops', () => {
  test('reads back what was printed, for every network of both families', () => {
    fc.assert(
      fc.property(familyNetworks, ([family, texts]) => {
        const rules = texts.map(drop);
        const state = parse(listing({INPUT: [hook], SPAM_UNAME_GUESSERS: rules}), family);
        expect(state).toEqual(present(texts));
      }),
    );
  });

  test.each([
    ['another port', '-s 203.0.113.7/32 -p tcp -m tcp --dport 587 -j DROP'],
    ['no port', '-s 203.0.113.7/32 -j DROP'],
    ['another protocol', '-s 203.0.113.7/32 -p udp -m udp --dport 25 -j DROP'],
    ['another target', '-s 203.0.113.7/32 -p tcp -m tcp --dport 25 -j REJECT'],
    ['a chain of a like name', '-s 203.0.113.7/32 -p tcp -m tcp --dport 25 -j DROP_LOG'],
    ['an exception', '! -s 203.0.113.7/32 -p tcp -m tcp --dport 25 -j DROP'],
    ['everybody', '-p tcp -m tcp --dport 25 -j DROP'],
    ['one interface only', '-s 203.0.113.7/32 -i eth1 -p tcp -m tcp --dport 25 -j DROP'],
    ['a comment', '-s 203.0.113.7/32 -p tcp -m tcp --dport 25 -m comment --comment x -j DROP'],
    ['a scattered mask', '-s 203.0.113.7/255.0.255.0 -p tcp -m tcp --dport 25 -j DROP'],
  ])('a foreign rule is none of ours: %s', (_, rule) => {
    const state = parse(listing({INPUT: [hook], SPAM_UNAME_GUESSERS: [rule]}));
    expect(state).toEqual(withOthers(present([]), 1));
    expect(stepsTo([], state)).toEqual([]);
  });

  test('a v4-mapped source in ip6tables is foreign: ip6tables could not delete it as IPv4', () => {
    const mapped = '-s ::ffff:203.0.113.7/128 -p tcp -m tcp --dport 25 -j DROP';
    const state = parse(listing({INPUT: [hook], SPAM_UNAME_GUESSERS: [mapped]}), 6);
    expect(planChain({...flat, family: 6}, wishOf([], 'remove', 6), state)).toEqual([]);
  });

  test('a rule of ours in another chain, and a chain whose name begins like ours, are foreign', () => {
    const other = listing({INPUT: [hook], OTHER: [drop('203.0.113.7')], SPAM_UNAME_GUESSERS: []});
    expect(parse(other)).toEqual(present([]));
    const like = listing({INPUT: [`${hook}_2`], SPAM_UNAME_GUESSERS_2: [drop('203.0.113.7')]});
    expect(parse(like)).toEqual(absent());
  });

  test('a chain name with a dot is no pattern', () => {
    const dotted = {chain: 'A.B', ports: [25], hooks: ['INPUT']};
    const text = listing({INPUT: ['-p tcp -m tcp --dport 25 -j AxB'], AxB: [drop('203.0.113.7')]});
    expect(parseListing(dotted, 4, text)).toEqual(absent());
  });

  test.each(['', '\n', '# Generated by nothing', '*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n'])(
    '%j: no chain',
    (text) => {
      expect(parse(text)).toEqual(absent());
    },
  );
});

describe('parseListing: hook', () => {
  const accept = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
  const chains = (input: string[], more: Record<string, string[]> = {}): string =>
    listing({INPUT: input, SPAM_UNAME_GUESSERS: [], ...more});

  test.each<[string, string[], Record<string, string[]>, string]>([
    ['no jump', [accept], {}, 'missing'],
    ['alone', [hook], {}, 'first'],
    ['before an ACCEPT', [hook, accept], {}, 'first'],
    ['behind an ACCEPT', [accept, hook], {}, 'late'],
    ['behind an ACCEPT of something else, to be safe', ['-i lo -j ACCEPT', hook], {}, 'late'],
    ['behind a DROP', ['-s 192.0.2.9/32 -j DROP', hook], {}, 'first'],
    ['behind a LOG', ['-j LOG --log-prefix "in: "', hook], {}, 'first'],
    ['behind a counter without target', ['-p tcp', hook], {}, 'first'],
    ['behind a chain that refuses', ['-j F2B', hook], {F2B: ['-j REJECT', '-j RETURN']}, 'first'],
    ['behind a RETURN to the policy', ['-s 192.0.2.0/24 -j RETURN', hook], {}, 'late'],
    ['behind a chain that only returns', ['-j UFW', hook], {UFW: ['-j RETURN']}, 'first'],
    ['behind a chain that accepts', ['-j UFW', hook], {UFW: [accept]}, 'late'],
    ['behind a goto that accepts', ['-g UFW', hook], {UFW: [accept]}, 'late'],
    ['behind a chain of chains', ['-j A', hook], {A: ['-j B'], B: ['-j C'], C: [accept]}, 'late'],
    [
      'behind two ways to one chain',
      ['-j A', '-j B', hook],
      {A: ['-j C'], B: ['-j C'], C: []},
      'first',
    ],
    ['behind an unknown chain', ['-j GONE', hook], {}, 'first'],
    [
      'behind a jump into our own chain, where a rule by hand accepts',
      [`-i eth0 ${hook}`, hook],
      {SPAM_UNAME_GUESSERS: ['-s 192.0.2.25/32 -j ACCEPT']},
      'first',
    ],
    ['twice', [hook, hook], {}, 'twice'],
    ['twice, an ACCEPT between', [hook, accept, hook], {}, 'twice'],
    ['for another port only', ['-p tcp -m tcp --dport 587 -j SPAM_UNAME_GUESSERS'], {}, 'missing'],
    [
      'for one interface only',
      ['-i eth0 -p tcp -m tcp --dport 25 -j SPAM_UNAME_GUESSERS'],
      {},
      'missing',
    ],
    [
      'behind a comment that says ACCEPT',
      ['-m comment --comment "-j ACCEPT" -j LOG', hook],
      {},
      'first',
    ],
    [
      'behind an ACCEPT with a comment that says DROP',
      ['-m comment --comment "a -j DROP" -j ACCEPT', hook],
      {},
      'late',
    ],
    [
      'behind an ACCEPT with a quoted comment',
      ['-m comment --comment "a \\" -j DROP" -j ACCEPT', hook],
      {},
      'late',
    ],
    // A queued packet is accepted by a program, behind our back.
    ['behind a queue', ['-j NFQUEUE --queue-num 0', hook], {}, 'late'],
  ])('%s: %s', (_, input, more, place) => {
    const state = parse(chains(input, more));
    expect(placeOf(state)).toBe(place);
    expect(state.hooks[0]?.counts[0]).toBe(input.filter((rule) => rule === hook).length);
  });

  test('chains that jump in a circle, which no kernel takes, do not hang', () => {
    expect(placeOf(parse(chains(['-j A', hook], {A: ['-j B'], B: ['-j A']})))).toBe('first');
  });

  test('a chain of 2,000 chains is followed to its end', () => {
    const more: Record<string, string[]> = {};
    for (let i = 0; i < 2000; i++) more[`C${i}`] = [i === 1999 ? accept : `-j C${i + 1}`];
    expect(placeOf(parse(chains(['-j C0', hook], more)))).toBe('late');
  });
});

describe('renderBatch and parseListing', () => {
  test('a batch has one line for each step, and none that names another chain', () => {
    fc.assert(
      fc.property(desiredSets, chainStates, (desired, actual) => {
        const steps = stepsTo(desired, actual);
        const [first, ...lines] = renderBatch(spec, 4, steps).split('\n');
        expect([first, ...lines.slice(-2)]).toEqual(['*filter', 'COMMIT', '']);
        expect(lines.slice(0, -2)).toHaveLength(steps.length);
        for (const line of lines.slice(0, -2)) {
          expect(line).toMatch(
            /^(?:-[ADFNX] |-I INPUT 1 .* -j |-D INPUT .* -j )SPAM_UNAME_GUESSERS\b/,
          );
        }
        expect(placeOf(afterSteps(actual, steps))).toBe('first');
      }),
    );
  });
});
