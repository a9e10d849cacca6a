/** The defences that are compared. Each defends the same worlds, and its blocks change what happens in them. */
import {Pipeline} from './pipeline.js';
import type {Defence} from './relay.js';
import {noDefence, referenceRules} from './rules.js';

/** The name of our own defence, with default settings. */
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
