export interface Finding {
  /** `bad`: it cannot do its work so; `advice`: it could do it better. */
  readonly verdict: 'good' | 'advice' | 'bad';
  readonly what: string;
}
