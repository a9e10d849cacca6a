/** A count with its noun: `1 block`, `2 blocks`, `2 processes`. */
export const countText = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? '' : one.endsWith('s') ? 'es' : 's'}`;
