/** Computes a hash that needs a key, and encodes texts as base64. */
import {createHmac, randomBytes} from 'node:crypto';

/** Length of the key: that of the hash. Bytes. */
const keyBytes = 32;

/** Hexadecimal. */
export const newKey = (): string => randomBytes(keyBytes).toString('hex');

/** HMAC with SHA-256 (RFC 2104), hexadecimal. @param key hexadecimal */
export const keyedHash =
  (key: string) =>
  (text: string): string =>
    createHmac('sha256', Buffer.from(key, 'hex')).update(text, 'utf8').digest('hex');

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
