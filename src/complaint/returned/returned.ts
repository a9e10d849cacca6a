/** The kinds of messages that come back to a complaint. `read-returned.ts` decides which kind a message is. */

/**
 * `bounce`: the complaint was not delivered, and will not be. `automatic`: a program answers, such as a ticket system
 * or a vacation program. `person`: a person answers. `delay`: a mailer still tries.
 */
export type Returned = 'bounce' | 'automatic' | 'person' | 'delay';

export const returnedKinds = {bounce: true, automatic: true, person: true, delay: true} as const;
