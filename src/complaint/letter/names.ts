/**
 * A user name as a stranger may read it. The owner of the mailbox that is written to may be the attacker: the
 * name itself would tell a harvester which of the guesses came to us, and a whole list of them which ones exist.
 * So there is the first letter, the length, and a keyed hash; and of all names alike, whether they exist or not.
 */
import type {ShownName} from '../spool/deed.js';
import type {KeyedHash} from '../spool/keyed.js';

/** Hexadecimal digits of a hash. A count: enough that two names of one site hardly ever meet. */
const hashDigits = 12;

/** @param name hostile text: of a mailbox its local part */
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
