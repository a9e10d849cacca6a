/** A metric before it is text. */

export interface Sample {
  /** Distinguish it from the other samples of the metric; absent if there is only one. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** The part of a histogram; buckets come first. */
  readonly part?: 'bucket' | 'sum' | 'count';
}

export interface Figure {
  /** Without the prefix `blocksmtp_`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}
