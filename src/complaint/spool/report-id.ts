/**
 * The id of a complaint: a UUID that follows from its subject, so that the same complaint cannot be
 * made twice, after a crash either. It is a keyed hash, so only its recipients can name it: what
 * comes back to it is believed (`returned/`). Computes no hash.
 */
import type {Accusation} from './accusation.js';
import {dayOf} from './book.js';
import type {KeyedHash} from './keyed.js';

/** Of the form of version 4 (RFC 9562, section 5.4), as XARF wants it. */
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

/** Guessing: one for each network and day. A message: one for itself. */
export function complaintId(about: Accusation, nowMs: number, hash: KeyedHash): string {
  const what = about.kind === 'guessing' ? `${dayOf(nowMs)}` : `${about.client} ${about.queueId}`;
  return uuidOf(hash(`complaint ${about.kind} ${about.network} ${what}`));
}

/** Of one report for programs among those of a complaint. */
export const reportId = (complaint: string, address: string, hash: KeyedHash): string =>
  uuidOf(hash(`report ${complaint} ${address}`));

export const isComplaintId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
