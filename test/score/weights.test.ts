/** What weighs how much, what is one thing however it is written, and for what accepted mail speaks. */
import {describe, expect, test} from '@jest/globals';
import {type EvidenceKind, isEvidenceKind, isVerified} from '../../src/mail/evidence.js';
import {signKinds} from '../../src/mail/mail-event.js';
import {subjectOf} from '../../src/mail/sendmail/recipient.js';
import {judge} from '../../src/score/judge.js';
import {addAccepted, addEvidence, type Offender, unknownShare} from '../../src/score/offender.js';
import {weights} from '../../src/score/weights.js';
import {evidence, policy, startMs} from './samples.js';

type Deed = readonly [kind: EvidenceKind, subject: string];

/** All at one moment, so that nothing leaks. */
function after(deeds: readonly Deed[], accepted = 0): Offender {
  let offender: Offender | undefined;
  for (const [kind, subject] of deeds) {
    offender = addEvidence(
      offender,
      {...evidence(subject, startMs), ...subjectOf(subject), kind},
      policy,
    );
  }
  if (offender === undefined) throw new Error('nothing was done');
  return addAccepted(offender, accepted);
}

const many = (kind: EvidenceKind, count: number): Deed[] =>
  Array.from({length: count}, (_, i): Deed => [kind, `<name${i}@example.net>`]);
const verdict = (offender: Offender): string => judge(offender, policy, startMs).kind;

describe('weights', () => {
  const kinds = Object.keys(weights) as EvidenceKind[];

  test.each(kinds)(
    '%s: as many different ones as make the threshold block, one fewer do not',
    (kind) => {
      const needed =
        Math.ceil((policy.threshold - 1) / weights[kind]) + (weights[kind] < 1 ? 1 : 0);
      const exact = Math.ceil(policy.threshold / weights[kind]);
      expect(after(many(kind, exact)).score).toBeGreaterThanOrEqual(policy.threshold);
      expect(verdict(after(many(kind, exact)))).toBe('block');
      expect(verdict(after(many(kind, needed - 1)))).toBe('watch');
    },
  );

  test.each(kinds)('%s: the same for ever never gets anywhere', (kind) => {
    const offender = after(Array.from({length: 500}, (): Deed => [kind, 'a@example.net']));
    expect(offender.score).toBe(weights[kind]);
    expect(verdict(offender)).toBe('watch');
  });

  test('what monitors and broken mailers do too weighs nothing', () => {
    const weighing = signKinds.filter(isEvidenceKind);
    expect(new Set([...weighing, 'unknownRecipient', 'undeliverable', 'stuckSession'])).toEqual(
      new Set(kinds),
    );
    for (const kind of ['noCommands', 'lostInput', 'connectionRefused', 'recipientRefused'])
      expect(isEvidenceKind(kind)).toBe(false);
    expect(isEvidenceKind('toString')).toBe(false);
  });

  test('only the kernel and the journal prove', () => {
    expect((['kernel', 'journal', 'title', 'log'] as const).filter(isVerified)).toEqual([
      'kernel',
      'journal',
    ]);
  });
});

describe('one thing', () => {
  const forms = [
    '<anna@example.net>',
    'anna@example.net',
    '<ANNA@Example.Net>',
    '<"anna"@example.net>',
    '<"an"na@example.net>',
    '< anna @ example.net >',
    '< (comment) anna@example.net>',
    '<anna(comment)@example.net(another)>',
    '<anna+detail@example.net>',
    '<anna+more+detail@example.net>',
    '<<anna@example.net>>',
    String.raw`<\\anna@example.net>`,
  ];

  test.each(forms)('%s is the same name as <anna@example.net>', (form) => {
    const offender = after([
      ['unknownRecipient', '<anna@example.net>'],
      ['unknownRecipient', form],
    ]);
    expect([offender.score, offender.counted.length]).toEqual([1, 1]);
  });

  test.each([
    '<anne@example.net>',
    '<anna@example.org>',
    '<ann@a.example.net>',
    '<anna-x@example.net>',
  ])('%s is another', (form) => {
    expect(
      after([
        ['unknownRecipient', '<anna@example.net>'],
        ['unknownRecipient', form],
      ]).score,
    ).toBe(2);
  });

  test('whether this host or the next one did not know it, and in either order', () => {
    const name = '<anna@example.net>';
    expect(
      after([
        ['unknownRecipient', name],
        ['undeliverable', name],
      ]).score,
    ).toBe(1);
    expect(
      after([
        ['undeliverable', name],
        ['unknownRecipient', name],
      ]).score,
    ).toBe(0.5);
  });

  test('other kinds of deeds to one name are several', () => {
    const deeds: Deed[] = [
      ['unknownRecipient', 'anna'],
      ['vrfyProbe', 'anna'],
      ['authFailed', 'anna'],
    ];
    expect(after(deeds)).toMatchObject({score: 2.5, kinds: {vrfyProbe: 1, authFailed: 1}});
  });

  test('names hidden between long comments, which sendmail leaves out, are each another', () => {
    const shown = (name: string): string => {
      const typed = `(${'c'.repeat(100)})${name}(${'d'.repeat(110)})@example.net`;
      return `${typed.slice(0, 100)}...${typed.slice(-100)}`;
    };
    expect(shown('anna')).toBe(shown('bert'));
    const deeds = ['anna', 'bert', 'carl'].map((name): Deed => ['unknownRecipient', shown(name)]);
    expect(after(deeds).score).toBe(3);
  });

  test('a long address without comments, tried again and again, is one', () => {
    const long = `${'a'.repeat(100)}...${'b'.repeat(88)}@example.net`;
    expect(long).toHaveLength(203);
    expect(
      after([
        ['unknownRecipient', long],
        ['unknownRecipient', long],
      ]).score,
    ).toBe(1);
  });
});

describe('accepted mail', () => {
  test.each([
    [10, 0, 'block'],
    [10, 40, 'block'],
    [10, 41, 'watch'],
    [20, 80, 'block'],
    [20, 81, 'watch'],
  ])('%i unknown recipients beside %i that were taken: %s', (unknown, accepted, kind) => {
    expect(verdict(after(many('unknownRecipient', unknown), accepted))).toBe(kind);
  });

  test('speaks for undeliverable recipients too', () => {
    expect(verdict(after(many('undeliverable', 20), 81))).toBe('watch');
    expect(unknownShare(after(many('undeliverable', 20), 80))).toBe(0.2);
  });

  test.each(['vrfyProbe', 'relayDenied', 'authFailed', 'bogusCommand', 'pregreet'] as const)(
    'says nothing about %s',
    (kind) => {
      expect(verdict(after(many(kind, 20), 1000))).toBe('block');
      expect(verdict(after([...many(kind, 20), ['unknownRecipient', 'x']], 1000))).toBe('block');
    },
  );

  test('leaves of a mixed score the part of which it says nothing', () => {
    const mixed = [...many('unknownRecipient', 9), ...many('vrfyProbe', 9)];
    expect(verdict(after(mixed))).toBe('block');
    expect(verdict(after(mixed, 1000))).toBe('watch');
  });
});

test('the reason names each kind of deed, how many, how fast and how it is known', () => {
  const kinds = Object.keys(weights) as EvidenceKind[];
  const deeds = kinds.flatMap((kind) => many(kind, kind === 'undeliverable' ? 0 : 2));
  const other: Deed = ['undeliverable', '<other@example.net>'];
  const told = judge(after([...deeds, other]), policy, startMs);
  expect(told).toMatchObject({
    reason:
      '2 distinct unknown recipients, 1 recipients unknown to the next host, 2 names asked for with VRFY or EXPN, 2 recipients that it may not relay to, 2 users it could not log in as, 2 talk before the greeting, 2 talk before an answer, 2 floods of one command, 2 web requests, 2 commands of a worm, 2 sessions left in cmd read in 0s, proof kernel',
  });
});
