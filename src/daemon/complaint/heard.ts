/**
 * Which blocks can lead to a complaint, and what it may say about them: those of one client, made
 * for unknown names and wrong passwords, if no line of a log alone could forge any sign that was
 * counted. A letter is about guessing, so a block for other signs alone accuses nobody. Knows no
 * clock.
 */
import type {Block} from '../../blocks/block.js';
import type {HeardBlock} from '../../complaint/live/worker.js';
import {parseAddress} from '../../net/address.js';

/**
 * @param seenIn of an IPv6 network an address that was seen in it recently
 * @returns undefined for a block that leads to no complaint
 */
export function heardBlock(
  {network: client, fromMs, origin, because}: Block,
  seenIn: (client: string) => string | undefined,
  nowMs: number,
): HeardBlock | undefined {
  if (origin !== 'evidence' || because === undefined || because.rule === 'neighbours') return;
  const {counts, seconds, names, proof, weakest} = because;
  // Any program that may write to the log can have written the line: it accuses nobody.
  if (proof === undefined || weakest === undefined || proof === 'log' || weakest === 'log') return;
  const unknownNames = (counts['unknownRecipient'] ?? 0) + (counts['vrfyProbe'] ?? 0);
  const wrongPasswords = counts['authFailed'] ?? 0;
  if (unknownNames + wrongPasswords === 0) return;
  const address = parseAddress(client)?.text ?? seenIn(client);
  if (address === undefined) return;
  const times = {nowMs, firstMs: fromMs - seconds * 1000, lastMs: fromMs};
  return {client, address, names, ...times, unknownNames, wrongPasswords};
}
