/**
 * Checks whether JSON from outside has the shape of a type. The checks only look: the value stays
 * as it came, with any further keys. Others decide what a value means, and whether it is allowed.
 */

/** A check that gives the value its type. */
export type Is<Value> = (value: unknown) => value is Value;

export const isText: Is<string> = (value): value is string => typeof value === 'string';

/** JSON has no other numbers, so only finite ones pass. */
export const isNumber: Is<number> = (value): value is number => Number.isFinite(value);

/** A whole number from `least` to `most`, both included. */
export const whole =
  (least: number, most: number): Is<number> =>
  (value): value is number =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/**
 * @param values all values of the type as the keys of a table, so that the compiler finds a missing
 *   one
 */
export const oneOf =
  <Value extends string>(values: Readonly<Record<Value, true>>): Is<Value> =>
  (value): value is Value =>
    isText(value) && Object.hasOwn(values, value);

/** Accepts undefined too: JSON leaves such a key out. */
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

/** An object with arbitrary keys, whose values are all of one kind. */
export const recordOf =
  <Value>(is: Is<Value>): Is<Readonly<Record<string, Value>>> =>
  (value): value is Readonly<Record<string, Value>> =>
    isRecord(value) && Object.values(value).every(is);

export const isRecord: Is<Readonly<Record<string, unknown>>> = (
  value,
): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The value of the object's own key: `constructor` and the like, which are inherited, are not keys
 * of the JSON.
 */
export const own = (value: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

/** The check for the value of each key. */
type Checks<Value> = {readonly [Key in keyof Required<Value>]: Is<Value[Key & keyof Value]>};

/** An object that has these keys. */
export const shape =
  <Value extends object>(checks: Checks<Value>): Is<Value> =>
  (value): value is Value =>
    isRecord(value) &&
    Object.entries<Is<unknown>>(checks).every(([key, is]) => is(own(value, key)));

/** One of several shapes, chosen by `kind`; each check covers the keys other than `kind`. */
export const variants =
  <Value extends {readonly kind: string}>(checks: {
    readonly [Kind in Value['kind']]: Is<Omit<Value & {readonly kind: Kind}, 'kind'>>;
  }): Is<Value> =>
  (value): value is Value => {
    const kind = isRecord(value) ? own(value, 'kind') : undefined;
    const table: Readonly<Record<string, Is<unknown>>> = checks;
    return isText(kind) && Object.hasOwn(table, kind) && table[kind]?.(value) === true;
  };
