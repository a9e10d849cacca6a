/** What can come back to a complaint. Which one a message is, is decided in `read-returned.ts`. */

/**
 * `bounce`: it was not delivered, and will not be. `automatic`: a program answers, such as a ticket system or a
 * holiday. `person`: somebody does. `delay`: a mailer still tries.
 */
export type Returned = 'bounce' | 'automatic' | 'person' | 'delay';

export const returnedKinds = {bounce: true, automatic: true, person: true, delay: true} as const;
