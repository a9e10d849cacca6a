/** `2026-11-28T09:03:00Z`: a time for people and programs. Knows neither clock nor local time. */

/** @param ms since the epoch; what is less than a second is cut off */
export const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
