/** Who defends the relay in turn, each in the same worlds and with a loop of its own. */
import {Pipeline} from './pipeline.js';
import type {Defence} from './relay.js';
import {noDefence, referenceRules} from './rules.js';

/** Ours, with the defaults alone. */
export const ours = 'ours';

const makers: readonly (() => Defence)[] = [() => new Pipeline(ours), ...referenceRules];

export const contenderNames: readonly string[] = makers.map((make) => make().name);

/** @param name one of the contenders, `none`, or `threshold N` */
export function contender(name: string): Defence {
  if (name === noDefence.name) return noDefence;
  const threshold = /^threshold (\d+)$/.exec(name)?.[1];
  if (threshold !== undefined) return new Pipeline(name, {threshold: Number(threshold)});
  const make = makers[contenderNames.indexOf(name)];
  if (make === undefined) throw new Error(`no contender ${name}`);
  return make();
}
