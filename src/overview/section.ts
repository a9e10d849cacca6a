/**
 * A part of the report as its renderings need it: sentences, a table, a plot. All text in it is printable
 * already. Which parts there are is for `sections.ts`; how one looks, for `text.ts` and `page/`.
 */

export interface Section {
  /** A word, for links. */
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly plot?: Plot;
  readonly table?: Columns;
}

export interface Columns {
  /** What the rows are, for those who do not see the heading. */
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many there are that are not among the rows. */
  readonly more: number;
}

export type Plot =
  /** Columns over time, the parts of each on top of each other. */
  | {
      readonly kind: 'columns';
      readonly title: string;
      readonly unit: string;
      /** Of each column. Ms since the epoch. */
      readonly times: readonly number[];
      readonly series: readonly Series[];
    }
  /** Lines over whole numbers. */
  | {
      readonly kind: 'lines';
      readonly title: string;
      readonly unit: string;
      /** What stands below the axis. */
      readonly axis: string;
      readonly at: readonly number[];
      /** One of `at`, or between two, that is marked. */
      readonly mark: number;
      readonly series: readonly Series[];
    };

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}
