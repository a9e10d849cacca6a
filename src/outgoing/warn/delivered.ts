/** The result of one warning on its way to somebody. */
export type Delivered =
  | {readonly kind: 'done'}
  /** Printable, and the same each time for the same reason: the log reports it once. */
  | {readonly kind: 'failed'; readonly why: string};
