/** Queue ids as sendmail makes them (queue.c assign_queueid()): when, two more digits, and the pid. */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';

export function queueId(pid: number, at = new Date()): string {
  const parts = [
    (at.getUTCFullYear() - 1900) % 60,
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    7,
    8,
  ];
  return parts.map((part) => DIGITS[part] ?? '').join('') + String(pid).padStart(6, '0');
}
