/**
 * A kind of value: how a value is read from a flag (always text) or from the file (text, number,
 * boolean), and how it is written. Decides the limits of one value; `config/parse.ts` decides what two
 * values must be to each other.
 */

export type Raw = string | number | boolean;

type Read<Value> =
  {readonly ok: true; readonly value: Value} | {readonly ok: false; readonly expected: string};

export interface Kind<Value> {
  /** What the help prints for the value: `--threshold COUNT`; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly read: (raw: Raw) => Read<Value>;
  /** The value as TOML. */
  readonly write: (value: Value) => string;
  /** Unit and limits, for people. */
  readonly bounds: string;
}
