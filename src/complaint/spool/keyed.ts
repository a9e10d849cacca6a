/** A hash with a key that the state keeps. Computed elsewhere (`sys/complaint/keyed-hash.ts`). */

/** @returns 64 hexadecimal digits at least, which nobody without the key can tell */
export type KeyedHash = (text: string) => string;
