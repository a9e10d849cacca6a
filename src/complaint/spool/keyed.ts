/** A hash with a key that is kept in the state. `sys/complaint/keyed-hash.ts` computes it. */

/** @returns at least 64 hexadecimal digits, which nobody can compute without the key */
export type KeyedHash = (text: string) => string;
