/**
 * Reads a registry's record of a network (RDAP, RFC 9083): its holder, and the mailboxes of the entities
 * that take complaints. These entities may be inside of the holder's entity. The record is foreign text: depth,
 * count and length have bounds, and a part that has another shape is ignored.
 */
import type {Address} from '../../../net/address.js';
import type {Network} from '../../../net/network.js';
import {isRecord, isText, own} from '../../../base/shape.js';
import {allotmentOf} from '../allotment.js';
import {mailboxesIn} from '../mailbox.js';

/** Levels of entities inside of each other. A count: registries need two. */
export const deepestEntity = 4;
/** At most so many entities of one record are read. A count. */
export const mostEntities = 200;
/** Properties of one card. A count. */
const mostProperties = 200;

export type RdapRecord =
  | {readonly kind: 'record'; readonly network: Network; readonly mailboxes: readonly string[]}
  | {readonly kind: 'wrong'; readonly why: string};

export function readRdapRecord(json: unknown, address: Address): RdapRecord {
  if (!isRecord(json)) return {kind: 'wrong', why: 'the answer is no object'};
  const network = allotmentOf(json, address);
  if (network === undefined) {
    return {kind: 'wrong', why: `the answer is not about a network that holds ${address.text}`};
  }
  return {kind: 'record', network, mailboxes: mailboxesIn(abuseMailboxes(json))};
}

type Entity = Readonly<Record<string, unknown>>;

/** Level by level, because an entity nearer to the network is more likely meant for it. */
function abuseMailboxes(record: Entity): string[] {
  const found: string[] = [];
  let level = entitiesIn(record);
  let seen = 0;
  for (let depth = 1; depth <= deepestEntity && level.length > 0; depth++) {
    level = level.slice(0, mostEntities - seen);
    seen += level.length;
    for (const entity of level) if (takesComplaints(entity)) found.push(...mailboxesOfCard(entity));
    level = level.flatMap(entitiesIn);
  }
  return found;
}

function entitiesIn(record: Entity): Entity[] {
  const entities = own(record, 'entities');
  return Array.isArray(entities) ? entities.slice(0, mostEntities).filter(isRecord) : [];
}

function takesComplaints(entity: Entity): boolean {
  const roles = own(entity, 'roles');
  return (
    Array.isArray(roles) &&
    roles.some((role: unknown) => isText(role) && role.toLowerCase() === 'abuse')
  );
}

/** jCard (RFC 7095 section 3.3): `["vcard", [[name, parameters, type, value...]...]]`. */
function mailboxesOfCard(entity: Entity): string[] {
  const card = own(entity, 'vcardArray');
  const properties: unknown = Array.isArray(card) && card[0] === 'vcard' ? card[1] : undefined;
  if (!Array.isArray(properties)) return [];
  return properties.slice(0, mostProperties).flatMap((property: unknown) => {
    if (!Array.isArray(property)) return [];
    const [name, , , ...values] = property as unknown[];
    return isText(name) && name.toLowerCase() === 'email' ? values.filter(isText).map(bare) : [];
  });
}

const bare = (value: string): string => value.replace(/^mailto:/i, '');
