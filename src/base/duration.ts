/** Durations as an operator writes and reads them: `90s`, `10m`, `1h`, `7d`. */

/** @returns seconds, or undefined if the text is not a duration */
export function readDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text.trim());
  return match === null ? undefined : Number(match[1]) * (secondsOf[match[2] || 's'] ?? 1);
}

/** The duration in its largest whole unit: 3600 is `1h`, 5400 is `90m`. */
export function durationText(seconds: number): string {
  const units = Object.entries(secondsOf).reverse();
  const [unit, size] = units.find(([, each]) => seconds >= each && seconds % each === 0) ?? [
    's',
    1,
  ];
  return `${seconds / size}${unit}`;
}

/**
 * The duration rounded down, in the largest unit that fits at least twice: 734 is `12m`, 5400 is
 * `90m`. For measured times that people read.
 */
export function aboutText(seconds: number): string {
  const [unit, size] = Object.entries(secondsOf)
    .reverse()
    .find(([, each]) => seconds >= 2 * each) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

const secondsOf: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400};
