/**
 * Decides which blocks can lead to a complaint, and what the complaint may say about them. A block
 * counts if it is of one client, for unknown names and wrong passwords, and if no counted sign
 * rests on a log line alone, which could be forged. A letter is about guessing, so a block for
 * other signs accuses nobody. Pure: the time is an argument.
 */
import type {Block} from '../../blocks/block.js';
import type {HeardBlock} from '../../complaint/live/worker.js';
import {parseAddress} from '../../net/address.js';

/**
 * @param seenIn finds an address that was seen in an IPv6 network recently
 * @returns undefined: the block leads to no complaint
 */
export function heardBlock(
  {network: client, fromMs, origin, because}: Block,
  seenIn: (client: string) => string | undefined,
  nowMs: number,
): HeardBlock | undefined {
  if (origin !== 'evidence' || because === undefined || because.rule === 'neighbours') return;
  const {counts, seconds, names, proof, weakest} = because;
  // Any program that may write to the log could have written such a line, so it accuses nobody.
  if (proof === undefined || weakest === undefined || proof === 'log' || weakest === 'log') return;
  const unknownNames = (counts['unknownRecipient'] ?? 0) + (counts['vrfyProbe'] ?? 0);
  const wrongPasswords = counts['authFailed'] ?? 0;
  if (unknownNames + wrongPasswords === 0) return;
  const address = parseAddress(client)?.text ?? seenIn(client);
  if (address === undefined) return;
  const times = {nowMs, firstMs: fromMs - seconds * 1000, lastMs: fromMs};
  return {client, address, names, ...times, unknownNames, wrongPasswords};
}
