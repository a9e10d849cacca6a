/** The result of delivering one warning. */
export type Delivered =
  | {readonly kind: 'done'}
  /** `why`: printable, and always the same text for the same reason, because the log has each text once. */
  | {readonly kind: 'failed'; readonly why: string};
