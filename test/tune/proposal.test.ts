/** Which setting is proposed: innocents first, then answers; ties and doubt go to today's settings. */
import {expect, test} from '@jest/globals';
import {judged, largeLog, today} from './judged.js';
import type {JudgedTrial, LogFacts} from '../../src/tune/price.js';
import {
  leastAnswersSaved,
  leastGain,
  leastGainChecked,
  mostPrice,
  propose,
  type Proposal,
} from '../../src/tune/proposal.js';

const blockTimeMax = 345_600;
const of = (trials: readonly JudgedTrial[], facts: LogFacts = largeLog): Proposal =>
  propose(trials, facts, blockTimeMax);

const fewer = {answers: 280};
const seven = judged({threshold: 7, now: fewer, later: fewer});
const five = judged({threshold: 5, now: {answers: 200}, later: {answers: 200}});

test('bounds against chance', () => {
  expect([leastGain, leastAnswersSaved, leastGainChecked]).toEqual([0.1, 20, 0.05]);
  expect(mostPrice).toBe(1.5);
});

test('a tighter threshold is proposed by one step, where the next one would block no innocent', () => {
  const proposal = of([five, seven, today]);
  expect(proposal).toMatchObject({kind: 'change', to: {threshold: 7}});
  expect(proposal.why.join('\n')).toContain('fewer than 1 in 20 of such clients');
});

test.each([
  [
    'the next tighter one blocks somebody who sent good mail',
    judged({threshold: 5, now: {answers: 200}, later: {answers: 200, likelyInnocent: 1}}),
    seven,
    /the next tighter threshold, 5,/,
  ],
  [
    'it blocks somebody itself, in the first part',
    five,
    judged({threshold: 7, now: {...fewer, likelyInnocent: 1}, later: fewer}),
    /would have blocked 1 client that/,
  ],
  [
    'it blocks somebody itself, in the rest',
    five,
    judged({threshold: 7, now: fewer, later: {...fewer, likelyInnocent: 2}}),
    /would have blocked 2 clients/,
  ],
  [
    'it saves too little',
    five,
    judged({threshold: 7, now: {answers: 361}, later: fewer}),
    /may be chance/,
  ],
  [
    'it saves nothing in the rest',
    five,
    judged({threshold: 7, now: fewer, later: {answers: 381}}),
    /saved 19 of 400 answers only/,
  ],
] as const)('a tighter threshold is not proposed where %s', (_, next, trial, why) => {
  const proposal = of([next, trial, today]);
  expect(proposal.kind).toBe('keep');
  expect(proposal.why.join('\n')).toMatch(why);
});

test('nothing is proposed next to the edge of the trials', () => {
  expect(of([seven, today])).toMatchObject({kind: 'keep'});
});

test('a gain of a few answers is chance, whatever its share', () => {
  const few = (answers: number) => ({answers});
  const small = judged({changes: 'nothing', is: 'today', now: few(21), later: few(21)});
  const half = judged({threshold: 7, now: few(2), later: few(2)});
  expect(of([judged({threshold: 5, now: few(2), later: few(2)}), half, small]).kind).toBe('keep');
});

test.each([
  ['days', {days: 6}],
  ['good senders in the check', {check: {goodSenders: 99, mistypers: 20}}],
  ['good senders that mistype', {whole: {goodSenders: 400, mistypers: 29}}],
] as const)('with too few %s nothing tighter is proposed, and the reason is given', (_, few) => {
  const proposal = of([five, seven, today], {...largeLog, ...few});
  expect(proposal.kind).toBe('keep');
  expect(proposal.why.join('\n')).toMatch(/the log does not support it: .*needed/);
});

test('a longer block needs a log in which it can be seen to its end', () => {
  const longer = judged({changes: 'blockTime', blockTime: 14_400, now: fewer, later: fewer});
  expect(of([today, longer])).toMatchObject({kind: 'change', to: {blockTime: 14_400}});
  expect(of([today, longer], {...largeLog, days: 7}).kind).toBe('keep');
});

const harmed = {likelyInnocent: 2, goodDuring: 5};
const harmful = judged({changes: 'nothing', is: 'today', now: harmed, later: harmed});

test('where a client that sent good mail is blocked, the setting that spares most is proposed', () => {
  const dearer = {answers: 600, likelyInnocent: 0};
  const twenty = judged({threshold: 20, is: 'looser', now: dearer, later: dearer});
  const half = {answers: 500, likelyInnocent: 1};
  const fourteen = judged({threshold: 14, is: 'looser', now: half, later: half});
  expect(of([seven, harmful, fourteen, twenty])).toMatchObject({to: {threshold: 20}});
  const same = judged({
    threshold: 28,
    is: 'looser',
    now: {...dearer, answers: 599},
    later: {answers: 601},
  });
  expect(of([harmful, same, twenty])).toMatchObject({to: {threshold: 20}});
});

const spared = (answers: number, later = answers) =>
  judged({
    ...{threshold: 20, is: 'looser'},
    ...{now: {answers}, later: {answers: later}},
  });

test.each([
  ['in the first part', spared(601, 500)],
  ['in the rest', spared(500, 601)],
])(
  'a looser setting is too dear %s: nothing is proposed, its price and the whitelist are named',
  (_, dear) => {
    const proposal = of([harmful, dear]);
    expect(proposal.kind).toBe('keep');
    expect(proposal.why.join('\n')).toMatch(
      /threshold = 20 is not proposed: .* more than 1\.5 times/,
    );
    expect(proposal.why.join('\n')).toContain('blocksmtp allow ADDRESS');
  },
);

test('beside a setting that is too dear a less loose one is proposed, with both prices', () => {
  const half = {answers: 500, likelyInnocent: 1};
  const fourteen = judged({threshold: 14, is: 'looser', now: half, later: half});
  const proposal = of([harmful, fourteen, spared(900)]);
  expect(proposal).toMatchObject({kind: 'change', to: {threshold: 14}});
  expect(proposal.why.join('\n')).toContain('threshold = 20 is not proposed');
});

test('a few answers more are no price, however few there are today', () => {
  const few = {...harmed, answers: 4};
  const quiet = judged({changes: 'nothing', is: 'today', now: few, later: few});
  expect(of([quiet, spared(4 + leastAnswersSaved)])).toMatchObject({to: {threshold: 20}});
  expect(of([quiet, spared(5 + leastAnswersSaved)]).kind).toBe('keep');
});

test('a client that is blocked in one part and sends good mail in the other one is an innocent of both', () => {
  const late = {whole: {...today.whole, likelyInnocent: 1}};
  expect(of([five, {...seven, ...late}, today]).kind).toBe('keep');
  expect(of([{...five, ...late}, seven, today]).kind).toBe('keep');
  const proposal = of([five, seven, {...today, ...late}]);
  expect(proposal.kind).toBe('keep');
  expect(proposal.why.join('\n')).toContain(
    'blocked 1 client that also sent good mail, though not in',
  );
});

test('a setting that spares them in the first part only is not proposed, and nothing tighter is either', () => {
  const spares = judged({threshold: 14, is: 'looser', now: {}, later: harmed});
  const proposal = of([five, seven, harmful, spares]);
  expect(proposal.kind).toBe('keep');
  expect(proposal.why.join('\n')).toMatch(/would not have in the rest/);
});

test('where nobody is harmed in the rest, the looser one has to do no harm there', () => {
  const early = judged({changes: 'nothing', is: 'today', now: harmed});
  const looser = judged({threshold: 14, is: 'looser', now: {answers: 500}, later: {answers: 500}});
  expect(of([early, looser])).toMatchObject({kind: 'change', to: {threshold: 14}});
});

test('shorter blocks that keep no good mail away are better than none of it', () => {
  const shorter = {likelyInnocent: 2, goodDuring: 0, answers: 600};
  const brief = judged({
    ...{changes: 'blockTime', blockTime: 900, is: 'looser'},
    ...{now: shorter, later: shorter},
  });
  expect(of([harmful, brief])).toMatchObject({to: {blockTime: 900}});
});

test.each([
  ['an empty log', {lines: 0, days: 0}, /is empty/],
  ['a log of a day', {days: 0}, /has 0 of the 2 days/],
  ['a log without mail', {whole: {goodSenders: 0, mistypers: 0}}, /nobody who delivered/],
] as const)('%s: no proposal, and what is needed', (_, few, why) => {
  const proposal = of([five, seven, today], {...largeLog, ...few});
  expect(proposal.kind).toBe('none');
  expect(proposal.why.join('\n')).toMatch(why);
});

test('where nobody is ever blocked, today is kept', () => {
  const nobody = {blocked: 0, answers: 0};
  const calm = judged({changes: 'nothing', is: 'today', now: nobody, later: nobody});
  expect(of([calm])).toMatchObject({kind: 'keep'});
});
