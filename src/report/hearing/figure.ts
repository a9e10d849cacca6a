/** A figure for monitoring, before it is text. */

export interface Sample {
  /** What tells it from the other samples of the figure; none where there is one. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Figure {
  /** Without `blocksmtp_`, which each has. */
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly Sample[];
}
