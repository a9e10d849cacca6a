/**
 * Decides how a user name is shown to a stranger. The owner of the mailbox to which we write may be the attacker.
 * The name itself would tell a harvester which guesses reached us, and a list of names which of them exist. So a
 * letter shows the first letter, the length, and a keyed hash. It shows all names alike, whether they exist or not.
 */
import type {ShownName} from '../spool/deed.js';
import type {KeyedHash} from '../spool/keyed.js';

/** Hexadecimal digits of a hash. A count: enough that two names of one site hardly ever have the same. */
const hashDigits = 12;

/** @param name hostile text. Of a mailbox only the local part is used */
export function shownName(name: string, hash: KeyedHash): ShownName {
  const local = localPart(name).toLowerCase();
  const first = /^[a-z]/.test(local) ? local[0]! : /^\d/.test(local) ? 'a digit' : 'another sign';
  const many = local.length === 1 ? '1 character' : `${local.length} characters`;
  return {pattern: `${first}, ${many}`, hash: hash(`name ${local}`).slice(0, hashDigits)};
}

/** `<alice@example.net>` and `alice` are the same name. */
function localPart(name: string): string {
  const bare = name.replace(/^<|>$/g, '');
  const at = bare.lastIndexOf('@');
  return at < 0 ? bare : bare.slice(0, at);
}
