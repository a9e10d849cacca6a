/**
 * Makes the id of a complaint: a UUID that follows from its subject, so that the same complaint cannot be
 * made twice, even after a crash. It is a keyed hash, so only the recipients of a complaint know its id. That is why
 * blocksmtp believes a returned message that has it (`returned/`). Computes no hash.
 */
import type {Accusation} from './accusation.js';
import {dayOf} from './book.js';
import type {KeyedHash} from './keyed.js';

/** XARF wants the form of version 4 (RFC 9562, section 5.4). */
function uuidOf(hex: string): string {
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

/** For guessing there is one id for each network and day. Each message has its own. */
export function complaintId(about: Accusation, nowMs: number, hash: KeyedHash): string {
  const what = about.kind === 'guessing' ? `${dayOf(nowMs)}` : `${about.client} ${about.queueId}`;
  return uuidOf(hash(`complaint ${about.kind} ${about.network} ${what}`));
}

/** The id of one report for programs, of which a complaint may have several. */
export const reportId = (complaint: string, address: string, hash: KeyedHash): string =>
  uuidOf(hash(`report ${complaint} ${address}`));

export const isComplaintId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
