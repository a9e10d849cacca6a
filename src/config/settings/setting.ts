/**
 * What is declared about one setting. Its name and position are those in the table
 * (`config/schema.ts`).
 */
import type {Kind} from '../kinds/kind.js';

export interface Setting<Value> {
  readonly kind: Kind<Value>;
  readonly standard: Value;
  /** One sentence: what it decides and why the default is as it is. */
  readonly meaning: string;
}

export function setting<Value>(
  kind: Kind<Value>,
  standard: Value,
  meaning: string,
): Setting<Value> {
  return {kind, standard, meaning};
}
