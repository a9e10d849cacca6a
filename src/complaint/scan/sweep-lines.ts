/**
 * The lines of JSON that the two processes of a sweep exchange. One of them runs as the owner of
 * the Maildir, who could make it say anything. So each line is checked and bounded here, and no
 * line accuses a client by itself. Decides nothing.
 */
import {type Is, isText, listOf, oneOf, shape, variants, whole} from '../../base/shape.js';
import {mostHeaderCharacters} from '../header/fields.js';

/** Found messages of one sweep. A count: a backlog is done in several sweeps. */
export const mostFound = 200;
/** Names of messages that one sweep reads. A count: large mailboxes have some 50,000. */
export const mostNames = 200_000;
/** Of the scanning of one sweep. Ms: below the five minutes after which the timer begins the next. */
export const longestScanMs = 240_000;
/** Length of a line. Bytes: a header, each character of it escaped, and what stands around it. */
export const longestLineBytes = 6 * mostHeaderCharacters + 16 * 1024;

/** To the owner's process, first. */
export interface SweepWish {
  readonly clamdSocket: string;
  /** Messages that were delivered before are left alone. Ms since the epoch. */
  readonly sinceMs: number;
  readonly folders: Readonly<Record<Destination, string>>;
}

export type Destination = 'complained' | 'contactless';

/** To it, after `scanned`. */
interface SweepMoves {
  readonly moves: readonly {readonly number: number; readonly to: Destination}[];
}

export interface SweepCounts {
  readonly seen: number;
  readonly clean: number;
  readonly found: number;
  readonly unscanned: number;
  /** Delivered before the time that was asked for. */
  readonly old: number;
  /** Links, pipes, folders, and what went away meanwhile. */
  readonly skipped: number;
  /** Beyond the bounds of one sweep, in time or number: for the next one. */
  readonly left: number;
}

export type SweepLine =
  | {
      readonly kind: 'found';
      /** Of this message in this sweep. */
      readonly number: number;
      /** Below the Maildir. */
      readonly file: string;
      /** What the scanner calls it. */
      readonly name: string;
      /** Each character is a byte. */
      readonly header: string;
    }
  | {readonly kind: 'unscanned'; readonly file: string; readonly why: string}
  | {readonly kind: 'scanned'; readonly counts: SweepCounts}
  | {readonly kind: 'moved'; readonly number: number; readonly to: string}
  | {readonly kind: 'notMoved'; readonly number: number; readonly why: string}
  /** Nothing was done at all. */
  | {readonly kind: 'refused'; readonly why: string};

const count = whole(0, 1_000_000_000);
/** Of names and reasons. Characters. */
const mostTextCharacters = 5000;

const short: Is<string> = (value): value is string =>
  isText(value) && value.length <= mostTextCharacters;
/** With a little more than a header, so that the reader of it sees that it is cut. */
const headerLike: Is<string> = (value): value is string =>
  isText(value) && value.length <= mostHeaderCharacters + 1;
const number = whole(0, mostFound - 1);
const destination = oneOf<Destination>({complained: true, contactless: true});

export const isSweepLine: Is<SweepLine> = variants<SweepLine>({
  found: shape<Omit<Extract<SweepLine, {kind: 'found'}>, 'kind'>>({
    number,
    file: short,
    name: short,
    header: headerLike,
  }),
  unscanned: shape<{file: string; why: string}>({file: short, why: short}),
  scanned: shape<{counts: SweepCounts}>({
    counts: shape<SweepCounts>({
      seen: count,
      clean: count,
      found: count,
      unscanned: count,
      old: count,
      skipped: count,
      left: count,
    }),
  }),
  moved: shape<{number: number; to: string}>({number, to: short}),
  notMoved: shape<{number: number; why: string}>({number, why: short}),
  refused: shape<{why: string}>({why: short}),
});

export const isSweepWish: Is<SweepWish> = shape<SweepWish>({
  clamdSocket: short,
  sinceMs: whole(0, Number.MAX_SAFE_INTEGER),
  folders: shape<Readonly<Record<Destination, string>>>({complained: short, contactless: short}),
});

export const isSweepMoves: Is<SweepMoves> = shape<SweepMoves>({
  moves: listOf(shape<{number: number; to: Destination}>({number, to: destination})),
});
