/** How it went with one warning on its way to somebody. */
export type Delivered =
  | {readonly kind: 'done'}
  /** Printable, and the same each time for the same reason: it is said once. */
  | {readonly kind: 'failed'; readonly why: string};
