/** What `why` says about rules that drop an address and are not our blocks. Comments in rules are foreign text. */
import {countText} from '../base/count.js';
import {printable} from '../base/printable.js';
import type {DropsBeside} from '../blocks/beside.js';

/** Length of one rule. Characters. */
const ruleCharacters = 200;
/** Length of a name. Characters: the name of a chain has at most 28. */
const nameCharacters = 40;

export function besideLines(beside: DropsBeside | undefined): string[] {
  if (beside === undefined) return [];
  const {drops, more, unread} = beside;
  return [
    ...drops.map(({chain, rule, drops: sure, whose}) => {
      const does = sure === 'yes' ? 'drops it' : 'may drop it';
      const where = `chain ${printable(chain, nameCharacters)}: ${printable(rule, ruleCharacters)}`;
      return whose === 'own'
        ? `a rule of blocksmtp's chain ${does}, and no block says so: ${where}`
        : `a rule outside of blocksmtp's chain ${does}: ${where}`;
    }),
    ...(more === 0 ? [] : [countText(more, 'more such rule')]),
    ...unread.map(
      (why) => `whether other rules drop it is not known: ${printable(why, ruleCharacters)}`,
    ),
  ];
}
