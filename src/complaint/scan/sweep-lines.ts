/**
 * The lines of JSON that the two processes of a sweep exchange. One of them runs as the owner of
 * the Maildir, who can make it write anything. So this file checks and bounds each line, and no
 * line accuses a client by itself. Decides nothing else.
 */
import {type Is, isText, listOf, oneOf, shape, variants, whole} from '../../base/shape.js';
import {mostHeaderCharacters} from '../header/fields.js';

/** At most so many found messages in one sweep. A count: a backlog takes several sweeps. */
export const mostFound = 200;
/** At most so many names of messages are read in one sweep. A count: large mailboxes have some 50,000. */
export const mostNames = 200_000;
/** Time for scanning in one sweep. Ms: less than the five minutes after which the timer begins the next sweep. */
export const longestScanMs = 240_000;
/** Length of a line. Bytes: a header whose every character is escaped, and the fields around it. */
export const longestLineBytes = 6 * mostHeaderCharacters + 16 * 1024;

/** The first line to the owner's process. */
export interface SweepWish {
  readonly clamdSocket: string;
  /** Messages that were delivered earlier are left alone. Ms since the epoch. */
  readonly sinceMs: number;
  readonly folders: Readonly<Record<Destination, string>>;
}

export type Destination = 'complained' | 'contactless';

/** The second line to it, after `scanned`. */
interface SweepMoves {
  readonly moves: readonly {readonly number: number; readonly to: Destination}[];
}

export interface SweepCounts {
  readonly seen: number;
  readonly clean: number;
  readonly found: number;
  readonly unscanned: number;
  /** Delivered before `sinceMs`. */
  readonly old: number;
  /** Links, pipes, folders, and files that vanished meanwhile. */
  readonly skipped: number;
  /** Left for the next sweep, because this one reached its bound of time or number. */
  readonly left: number;
}

export type SweepLine =
  | {
      readonly kind: 'found';
      /** The number of this message in this sweep. */
      readonly number: number;
      /** The path below the Maildir. */
      readonly file: string;
      /** The scanner's name for it. */
      readonly name: string;
      /** Each character is a byte. */
      readonly header: string;
    }
  | {readonly kind: 'unscanned'; readonly file: string; readonly why: string}
  | {readonly kind: 'scanned'; readonly counts: SweepCounts}
  | {readonly kind: 'moved'; readonly number: number; readonly to: string}
  | {readonly kind: 'notMoved'; readonly number: number; readonly why: string}
  /** The sweep did nothing. */
  | {readonly kind: 'refused'; readonly why: string};

const count = whole(0, 1_000_000_000);
/** Length of names and reasons. Characters. */
const mostTextCharacters = 5000;

const short: Is<string> = (value): value is string =>
  isText(value) && value.length <= mostTextCharacters;
/** May be a little longer than a header, so that the reader of the header sees that it is cut. */
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
