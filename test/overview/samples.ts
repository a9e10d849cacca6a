/** A report with something in each part; foreign text in it can be chosen. */
import {mostShown, type Overview, type TimeRow} from '../../src/overview/overview.js';
import {emptyHour, hourMs} from '../../src/tally/hours.js';
import {levels} from '../../src/tally/score-days.js';

export const untilMs = Date.UTC(2026, 10, 21, 12);
const fromMs = untilMs - 86_400_000;

const rows: readonly TimeRow[] = Array.from({length: 25}, (_, at) => {
  const {hour, ...none} = emptyHour(Math.floor(fromMs / hourMs) + at);
  return {...none, atMs: hour * hourMs, guesses: at, spared: 2, blocks: at % 3, delivered: 40};
});

const sums = {
  ...{guesses: 300, spared: 50, whileBlocked: 3, unproven: 0, signs: 7},
  ...{blocks: 24, lowBlocks: 4, beforeBlocks: 180, delivered: 1234},
};

/** @param foreign text that somebody else has chosen */
export function overviewWith(foreign: string): Overview {
  const offender = {
    ...{network: '203.0.113.7', blocks: 3, firstMs: fromMs, lastMs: untilMs - 1000},
    ...{untilMs: untilMs + 3_600_000, answers: 21, reason: `10 names (${foreign}, +8)`},
  };
  return {
    ...{from: {kind: 'memory'}, fromMs, untilMs, countedFromMs: fromMs, blocksFromMs: fromMs, sums},
    times: {step: 'hour', rows},
    doubtful: {
      all: 1,
      shown: [
        {
          ...offender,
          network: '192.0.2.200',
          doubts: [
            {kind: 'lifted', by: 'operator', atMs: untilMs - 500},
            {kind: 'delivered', recipients: 12, days: 3, lastMs: untilMs - 100},
            {kind: 'friend'},
          ],
        },
      ],
    },
    offenders: {all: mostShown.offenders + 7, shown: [offender]},
    networks: {all: 1, shown: [{network: '203.0.113.0/24', clients: 9, blocks: 12}]},
    curve: {
      ...{threshold: 10, lowBlocks: 4, above: 'blocked'},
      points: levels.map((threshold) => {
        return {threshold, answers: threshold * 20, blocks: 60 - threshold, mailers: 1};
      }),
    },
    outgoing: {
      ...{connections: 'observe', mail: 'warn', sinceMs: fromMs},
      programs: {
        all: 1,
        shown: [
          {
            ...{connections: 4711, standing: 'other', lastMs: untilMs},
            ...{user: foreign, program: `/usr/bin/perl ${foreign}`},
          },
        ],
      },
      senders: {
        all: 1,
        shown: [
          {...{sender: `auth:${foreign}`, recipients: 90, messages: 9, failed: 8}, alarm: 'hour'},
        ],
      },
    },
    complaints: {
      ...{mode: 'send', steps: {handed: 1}, due: 2},
      latest: [
        {
          ...{network: '203.0.113.0/24', mailbox: `abuse@example.net`, step: 'handed'},
          ...{madeMs: untilMs, why: foreign, before: 4, after: 0},
        },
      ],
    },
  };
}

/** Of a daemon that has just begun. */
export const emptyOverview: Overview = {
  ...{from: {kind: 'memory'}, fromMs, untilMs, countedFromMs: null, blocksFromMs: fromMs},
  sums: {
    ...{guesses: 0, spared: 0, whileBlocked: 0, unproven: 0, signs: 0},
    ...{blocks: 0, lowBlocks: 0, beforeBlocks: 0, delivered: 0},
  },
  times: {step: 'hour', rows: []},
  ...{doubtful: {all: 0, shown: []}, offenders: {all: 0, shown: []}},
  networks: {all: 0, shown: []},
  curve: {threshold: 10, lowBlocks: 0, above: 'blocked', points: []},
  ...{outgoing: null, complaints: null},
};

/** What somebody may write to break out of a page, a terminal or a line. */
export const hostile =
  '</script><img src=x onerror=alert(1)>"\'&lt;\u001b[2J\u0000\u202egnp.exe\u2066\r\nBcc: x';
