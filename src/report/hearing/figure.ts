/** A figure for monitoring, before it is text. */

export interface Sample {
  /** What tells it from the other samples of the figure; none where there is one. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: which of its parts; its buckets come first. */
  readonly part?: 'bucket' | 'sum' | 'count';
}

export interface Figure {
  /** Without `blocksmtp_`, which each has. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}
