/**
 * What a kind of value is: how a value is read from a flag (always text) or from the file (text, number,
 * truth), and how it is written. Decides the bounds of one value; what two values must be to each other
 * is in `config/parse.ts`.
 */

export type Raw = string | number | boolean;

type Read<Value> =
  {readonly ok: true; readonly value: Value} | {readonly ok: false; readonly expected: string};

export interface Kind<Value> {
  /** Stands in the help for the value: `--threshold COUNT`; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly read: (raw: Raw) => Read<Value>;
  /** The value as TOML. */
  readonly write: (value: Value) => string;
  /** Unit and bounds, as a person reads them. */
  readonly bounds: string;
}
