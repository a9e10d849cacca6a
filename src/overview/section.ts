/**
 * A part of the report: sentences, a table, a plot. All text in it is already printable.
 * `sections.ts` decides which parts there are, and `text.ts` and `page/` how a part looks.
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
  /** Says what the rows are, for readers who do not see the heading. */
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The number of further entries that have no row. */
  readonly more: number;
}

export type Plot =
  /** Columns over time, with the parts of a column on top of each other. */
  | {
      readonly kind: 'columns';
      readonly title: string;
      readonly unit: string;
      /** The time of each column. Ms since the epoch. */
      readonly times: readonly number[];
      readonly series: readonly Series[];
    }
  /** Lines over whole numbers. */
  | {
      readonly kind: 'lines';
      readonly title: string;
      readonly unit: string;
      /** The text below the axis. */
      readonly axis: string;
      readonly at: readonly number[];
      /** The value to mark: one of `at`, or between two of them. */
      readonly mark: number;
      readonly series: readonly Series[];
    };

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}
