/** Groups items by a common key, and computes a value only once for each key. */

export function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** @returns a function that calls `ask` once for each key */
export function memoize<Key, Value extends object>(ask: (key: Key) => Value): (key: Key) => Value {
  const answers = new Map<Key, Value>();
  return (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return answer;
  };
}

/**
 * The first item of each group, then the second of each, and so on: a long group does not make the
 * others wait.
 */
export function* inTurns<Item>(groups: Iterable<readonly Item[]>): Generator<Item, void> {
  let left = [...groups];
  for (let turn = 0; left.length > 0; turn++) {
    left = left.filter((group) => turn < group.length);
    for (const group of left) yield group[turn]!;
  }
}
