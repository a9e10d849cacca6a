/** A count and its word: `1 block`, `2 blocks`. */
export const countText = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? '' : 's'}`;
