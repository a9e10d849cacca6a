/**
 * Records of a network in the forms of the five registries (RFC 9083, and the habits of each): each has the
 * abuse contact, or its substitute, at another place. Networks and names are examples.
 */
type Json = Readonly<Record<string, unknown>>;

/** A jCard with these mailboxes. */
export const card = (...mailboxes: readonly unknown[]): unknown => [
  'vcard',
  [
    ['version', {}, 'text', '4.0'],
    ['fn', {}, 'text', 'Abuse desk'],
    ['kind', {}, 'text', 'group'],
    ...mailboxes.map((mailbox) => ['email', {}, 'text', mailbox]),
  ],
];

export const entity = (roles: readonly string[], more: Json = {}): Json => ({
  ...{objectClassName: 'entity', handle: 'DESK', roles},
  ...more,
});

const network = (startAddress: string, endAddress: string, entities: readonly Json[]): Json => ({
  ...{objectClassName: 'ip network', handle: 'NET', rdapConformance: ['rdap_level_0', 'cidr0']},
  ...{startAddress, endAddress, ipVersion: startAddress.includes(':') ? 'v6' : 'v4', entities},
});

export {network};

/** The abuse entity is inside of the holder's entity. */
export const arin = network('192.0.2.0', '192.0.2.255', [
  entity(['registrant'], {
    vcardArray: card(),
    entities: [
      entity(['technical'], {vcardArray: card('noc@example.net')}),
      entity(['abuse'], {vcardArray: card('abuse@example.net')}),
    ],
  }),
]);

/** The abuse entity is beside the others. */
export const ripe = network('198.51.100.0', '198.51.100.127', [
  entity(['administrative', 'technical'], {vcardArray: card('noc@example.org')}),
  entity(['abuse'], {vcardArray: card('abuse@example.org')}),
]);

/** An incident response team whose mailbox is there twice, in upper and lower case. */
export const apnic = network('203.0.113.0', '203.0.113.255', [
  entity(['abuse'], {vcardArray: card('IRT@Example.COM', 'irt@example.com', 'abuse@example.com')}),
]);

/** Only a text that says where to search. */
export const lacnic = network('192.0.2.128', '192.0.2.191', [
  entity(['abuse'], {vcardArray: card('PLEASE QUERY the registry', 'abuse@lacnic.net')}),
  entity(['registrant'], {vcardArray: card()}),
]);

/** No abuse role at all. */
export const afrinic = network('2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', [
  entity(['technical'], {vcardArray: card('tech@example.net')}),
]);
