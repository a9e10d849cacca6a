/**
 * Decides whether a row of the database could be one of ours. Another program, a bad disk or an administrator may
 * have changed it, and a value of another shape would end the daemon at every start. Checks only what is used
 * without a further check; fields that earlier versions did not write may be absent. Whether a row is true cannot
 * be known here.
 */
import {
  type Is,
  isNumber,
  isRecord,
  isText,
  listOf,
  maybe,
  oneOf,
  recordOf,
  shape,
  variants,
  whole,
} from '../base/shape.js';
import type {Block} from '../blocks/block.js';
import {isContactKey, isContactRow} from '../complaint/contact/cache.js';
import {isComplaint, isComplaintBook, isDeed, isLeftOut} from '../complaint/spool/rows.js';
import {parseAddress} from '../net/address.js';
import {parseNetwork} from '../net/network.js';
import {isBits} from '../submission/whose/known-people.js';
import {counted} from '../tally/hours.js';
import {levels} from '../tally/score-days.js';
import type {PlainName, State} from './state.js';

const isNetwork: Is<string> = (value): value is string =>
  isText(value) && parseNetwork(value)?.text === value;
const isClient: Is<string> = (value): value is string =>
  isText(value) && (parseAddress(value) !== undefined || parseNetwork(value) !== undefined);
const isProof = oneOf({kernel: true, journal: true, title: true, log: true});
const isPort = whole(0, 65_535);
const nothing = shape({});

/** Other fields may hold anything. */
const fields = (checks: Readonly<Record<string, Is<unknown>>>): Is<object> => shape<object>(checks);

const isBecause = fields({
  ...{rule: isText, score: isNumber, bar: isNumber, counts: recordOf(isNumber)},
  ...{seconds: isNumber, delivered: isNumber, deliveredDays: isNumber, stale: isNumber},
  ...{wave: isText, names: listOf(isText)},
});
const isPending = fields({kind: isText, subject: isText, atMs: isNumber, vouched: isText});
const isCounted = {
  ...{sum: isNumber, names: listOf(isNumber), networks: listOf(isText), refusedMs: isNumber},
};

/** As earlier versions stored it. */
const isOldChain = fields({chain: isText, port: isPort});
const isChain = fields({
  ...{chain: isText, ports: listOf(isPort), hooks: listOf(isText), gate: maybe(isPort)},
});
const isVouched = oneOf({yes: true, no: true});
const isPairOf = (isSecond: Is<unknown>): Is<unknown> => {
  return (value): value is unknown =>
    Array.isArray(value) && value.length === 2 && isText(value[0]) && isSecond(value[1]);
};
const isHourRow: Is<readonly number[]> = (value): value is readonly number[] =>
  listOf(isNumber)(value) && value.length === 6;
const isLargest: Is<readonly number[]> = (value): value is readonly number[] =>
  listOf(isNumber)(value) && value.length === 3;
const isNormal = fields({
  ...{firstHour: isNumber, untilHour: isNumber, active: isNumber, scaleHour: isNumber},
  ...{bySize: listOf(isNumber), byHour: listOf(isNumber)},
});

const isKnownBits: Is<string> = (value): value is string => isText(value) && isBits(value);
const isStrangers = fields({
  known: fields({bits: isKnownBits, count: isNumber}),
  ...{level: isNumber, atMs: isNumber, firstDay: isNumber, day: isNumber, today: isNumber},
  ...{sum: isNumber, peaks: listOf(isNumber)},
  message: maybe(
    fields({
      ...{of: isNumber, known: isNumber, fresh: isNumber, weight: isNumber, filled: isNumber},
    }),
  ),
});

const isCount = whole(0, Number.MAX_SAFE_INTEGER);
const isOutcomeHour = fields({
  hour: isCount,
  ...Object.fromEntries(counted.map((what) => [what, isCount])),
});
const isLevelCounts: Is<readonly number[]> = (value): value is readonly number[] =>
  listOf(isCount)(value) && value.length === levels.length;

const checks: Readonly<Record<PlainName, Is<unknown>>> = {
  blocks: fields({
    ...{network: isText, fromMs: isNumber, untilMs: isNumber, madeMs: maybe(isNumber)},
    noted: maybe(fields({fromMs: isNumber, untilMs: isNumber})),
    ...{reason: isText, origin: oneOf({evidence: true, operator: true})},
    ...{because: maybe(isBecause), except: maybe(listOf(isText))},
  }),
  envelopes: fields({
    client: maybe((value): value is unknown => value === 'disputed' || isKnownClient(value)),
    ...{held: listOf(isPending), firstMs: isNumber, lastMs: isNumber, refusals: maybe(isNumber)},
  }),
  connections: fields({
    ...{address: isClient, proof: isProof, firstMs: isNumber, lastMs: isNumber},
  }),
  deliveries: fields({
    ...{address: maybe(isClient), proof: isProof, atMs: isNumber},
    ...{senderHash: maybe(isNumber), left: maybe(isNumber)},
  }),
  openMessages: fields({id: isText, text: isText, pieces: isNumber, atMs: isNumber}),
  positions: listOf(
    fields({
      ...{identity: isText, offset: whole(0, Number.MAX_SAFE_INTEGER), guard: isText},
      ...{born: maybe(isText), sinceMs: maybe(isNumber)},
    }),
  ),
  journals: fields({cursor: isText}),
  openEnvelopes: fields({
    ...{client: isClient, firstMs: isNumber, lastMs: isNumber, weighed: isNumber, fresh: isNumber},
    ...{counted: isNumber, accepted: maybe(isNumber), answers: isNumber, refusedBytes: isNumber},
    ...{askedBytes: maybe(isNumber), askedRefusedBytes: maybe(isNumber)},
    ...{writes: maybe(oneOf({steadily: true})), scored: maybe(isNumber)},
  }),
  suspects: fields({
    ...{names: listOf(isText), counts: recordOf(isNumber), firstMs: isNumber, lastMs: isNumber},
    proof: isProof,
  }),
  friends: fields({senderHash: isNumber, users: isText, atMs: isNumber}),
  listLoss: variants<{readonly kind: 'off'} | {readonly kind: 'on'}>({
    off: fields(isCounted),
    on: fields({...isCounted, sinceMs: isNumber}),
  }),
  wave: fields({
    ...{nats: isNumber, heardMs: isNumber, sinceMs: isNumber, untilMs: isNumber},
    days: listOf(fields({day: isNumber, mean: isNumber})),
    today: fields({events: isNumber, ms: isNumber, calmEvents: isNumber, calmMs: isNumber}),
  }),
  learning: variants<{kind: 'reading'} | {kind: 'firstDay'} | {kind: 'learnt'}>({
    ...{reading: nothing, firstDay: fields({sinceMs: isNumber}), learnt: nothing},
  }),
  chains: (value): value is unknown => isOldChain(value) || isChain(value),
  mailerPorts: listOf(isPort),
  submitters: fields({lastMs: isNumber}),
  passed: fields({sinceMs: isNumber, untilMs: isNumber}),
  greeted: fields({
    ...{early: isNumber, earlyMs: maybe(isNumber), said: maybe(isText)},
    ...{left: isNumber, leftMs: maybe(isNumber)},
  }),
  outgoing: fields({
    ...{hour: isNumber, standing: isText, user: isText, directory: isText, program: isText},
    ...{script: isText, home: isRecord, connections: isNumber, destinations: listOf(isText)},
    ...{pid: isNumber, lastMs: isNumber},
  }),
  mailSenders: fields({
    ...{firstMs: isNumber, lastMs: isNumber, baseHour: isNumber, hours: listOf(isHourRow)},
    ...{normal: isNormal, day: isNumber, domains: isPairOf(isText), warnedMs: maybe(isNumber)},
    ...{froms: listOf(isPairOf(isNumber)), scripts: maybe(listOf(isPairOf(isNumber)))},
    ...{strangers: maybe(isStrangers), learnedMs: maybe(isNumber), largest: maybe(isLargest)},
  }),
  mailBook: fields({firstMs: isNumber, newestMs: isNumber, unsteadyUntilMs: isNumber}),
  mailQueue: fields({
    ...{atMs: isNumber, sinceMs: isNumber, least: isNumber, most: isNumber},
    ...{seen: oneOf({all: true, unsure: true}), day: isNumber, days: listOf(isNumber)},
    alarm: maybe(fields({sinceMs: isNumber, longest: isNumber})),
    warned: maybe(fields({atMs: isNumber, count: isNumber})),
  }),
  mailInTransit: fields({
    ...{atMs: isNumber, sender: maybe(isText), vouched: isVouched, recipients: isNumber},
    ...{left: isNumber, waits: maybe(oneOf({submission: true, relay: true}))},
    ...{deferred: maybe(listOf(isNumber)), from: maybe(isText), failed: maybe(isNumber)},
  }),
  mailLogins: fields({address: isText, name: isText, vouched: isVouched, lastMs: isNumber}),
  egressChains: fields({chain: isText}),
  greetingRules: fields({chain: isText}),
  contacts: isContactRow,
  complaintDeeds: isDeed,
  complaints: isComplaint,
  complaintLeftOut: isLeftOut,
  complaintBook: isComplaintBook,
  outcomeHours: isOutcomeHour,
  scoreDays: fields({
    ...{day: isCount, answers: isLevelCounts, passed: isLevelCounts, mailers: isLevelCounts},
  }),
  digests: fields({sentMs: isNumber, toldMs: maybe(isNumber)}),
};

/**
 * Tables whose keys reach the kernel: one key that it refuses would keep all other rules out. Also the tables
 * whose keys are networks of letters.
 */
const keys: Readonly<Partial<Record<PlainName, Is<string>>>> = {
  passed: isClient,
  contacts: isContactKey,
};

function isKnownClient(value: unknown): boolean {
  return isRecord(value) && isClient(value['address']) && isProof(value['proof']);
}

/** Whether it is a block that we could have saved or noted, of a network that the kernel can take. */
export const isSavedBlock: Is<Block> = (value): value is Block =>
  isRecord(value) && checks.blocks(value) && isPossible(value as unknown as Block);

const isPossible = ({network, except = []}: Block): boolean =>
  isNetwork(network) && except.every(isNetwork);

export const isSavedRow = (name: PlainName, key: unknown, value: unknown): boolean =>
  isText(key) && (keys[name]?.(key) ?? true) && checks[name](value);

/**
 * Removes blocks whose network cannot be parsed or does not match their key. No backend could express them, and a
 * backend that fails enforces no block at all.
 *
 * @returns how many. A count
 */
export function removeStrangeBlocks({blocks}: Pick<State, 'blocks'>): number {
  const strange = [...blocks.entries()].filter(
    ([key, block]) => key !== block.network || !isPossible(block),
  );
  for (const [key] of strange) blocks.delete(key);
  return strange.length;
}
