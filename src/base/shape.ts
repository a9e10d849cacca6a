/**
 * Checks whether foreign JSON has the shape of a type. The checks only look: the value stays as it
 * came, with whatever else it holds. Others decide what a value means, and whether it may be so
 * now.
 */

/** A check that gives the value its type. */
export type Is<Value> = (value: unknown) => value is Value;

export const isText: Is<string> = (value): value is string => typeof value === 'string';

/** JSON has no other numbers. */
export const isNumber: Is<number> = (value): value is number => Number.isFinite(value);

/** A whole number within bounds that both belong to it. */
export const whole =
  (least: number, most: number): Is<number> =>
  (value): value is number =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** @param values all values of the type, as the keys of a table: the compiler misses none */
export const oneOf =
  <Value extends string>(values: Readonly<Record<Value, true>>): Is<Value> =>
  (value): value is Value =>
    isText(value) && Object.hasOwn(values, value);

/** Also where nothing is: JSON leaves such a key out. */
export const maybe =
  <Value>(is: Is<Value>): Is<Value | undefined> =>
  (value): value is Value | undefined =>
    value === undefined || is(value);

export const orNull =
  <Value>(is: Is<Value>): Is<Value | null> =>
  (value): value is Value | null =>
    value === null || is(value);

export const listOf =
  <Value>(is: Is<Value>): Is<readonly Value[]> =>
  (value): value is readonly Value[] =>
    Array.isArray(value) && value.every(is);

/** An object whose keys nobody knows before, with values of one kind. */
export const recordOf =
  <Value>(is: Is<Value>): Is<Readonly<Record<string, Value>>> =>
  (value): value is Readonly<Record<string, Value>> =>
    isRecord(value) && Object.values(value).every(is);

export const isRecord: Is<Readonly<Record<string, unknown>>> = (
  value,
): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value under a key of the object itself: `constructor` and its like are no keys of JSON. */
export const own = (value: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

/** For each key of the type the check of its value. */
type Checks<Value> = {readonly [Key in keyof Required<Value>]: Is<Value[Key & keyof Value]>};

/** An object with these keys. */
export const shape =
  <Value extends object>(checks: Checks<Value>): Is<Value> =>
  (value): value is Value =>
    isRecord(value) &&
    Object.entries<Is<unknown>>(checks).every(([key, is]) => is(own(value, key)));

/** One of several shapes, as its `kind` tells; each check is of what stands beside the kind. */
export const variants =
  <Value extends {readonly kind: string}>(checks: {
    readonly [Kind in Value['kind']]: Is<Omit<Value & {readonly kind: Kind}, 'kind'>>;
  }): Is<Value> =>
  (value): value is Value => {
    const kind = isRecord(value) ? own(value, 'kind') : undefined;
    const table: Readonly<Record<string, Is<unknown>>> = checks;
    return isText(kind) && Object.hasOwn(table, kind) && table[kind]?.(value) === true;
  };
