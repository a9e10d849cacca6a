/**
 * The clients of the grammar tests. Each scenario has its own address, so the address in a line
 * shows the scenario. No client has an address in 198.51.100.0/24: only text of clients names
 * that network, so evidence against it is a fault.
 */
export const NEXT_HOP = '192.0.2.30';

const v4 = (last: number): string => `192.0.2.${String(last)}`;
const v6 = (last: number): string => `2001:db8::${String(last)}`;

export const clients = {
  // ordinary mail
  sender: v4(100),
  senderV6: v6(100),
  undeliverable: v4(101),
  secure: v4(102),
  login: v4(103),
  nullSender: v4(104),
  listMail: v4(105),
  // guessers
  guesser: v4(110),
  guesserV6: v6(110),
  looper: v4(111),
  listed: v4(112),
  virtual: v4(113),
  flooder: v4(114),
  mixed: v4(115),
  vrfy: v4(116),
  novrfy: v4(117),
  milter: v4(118),
  leaver: v4(119),
  helloAgain: v4(120),
  // refused by a rule of the relay
  rejected: v4(130),
  noReverse: v4(131),
  rate: v4(132),
  crowded: v4(133),
  wrapped: v4(134),
  hasty: v4(135),
  early: v4(136),
  relaying: v4(137),
  relayingForged: v4(138),
  relayingV6: v6(137),
  relayingNoName: v4(139),
  spammer: v4(140),
  milterConnect: v4(141),
  // break the protocol
  idler: v4(150),
  silent: v4(151),
  web: v4(152),
  wizard: v4(153),
  noops: v4(154),
  helos: v4(155),
  badHelo: v4(156),
  longLine: v4(157),
  aborter: v4(158),
  aborterNamed: v4(159),
  noHelo: v4(160),
  badCommands: v4(161),
  authFailure: v4(162),
  authNoise: v4(163),
  tlsFailure: v4(164),
  strangeNames: v4(165),
  smuggler: v4(166),
  // inject text into the log: hostile.ts has their words
  injectRecipient: v4(200),
  injectRuleset: v4(201),
  injectSender: v4(202),
  injectMessageId: v4(203),
  injectHelo: v4(204),
  injectVrfy: v4(205),
  injectAuth: v4(206),
  injectWeb: v4(207),
  control: v4(208),
  split: v4(209),
  splitV6: v6(209),
  hostileName: v4(210),
  hostileNameToo: v4(211),
  hostileNameV6: v6(210),
  ident: v4(212),
  identOther: v4(213),
  identNamed: v4(214),
  injectWizard: v4(215),
  shell: v4(216),
  injectSign: v4(217),
  injectCommand: v4(218),
} as const;
export type ClientName = keyof typeof clients;

/** /etc/hosts of the relay, in this order: the first line of a name is its address. */
export const ptrNames: readonly (readonly [string, string])[] = [
  [v4(99), 'forged.client.example'],
  [v4(99), 'example.org'],
  [clients.sender, 'mail100.client.example'],
  [clients.senderV6, 'mail6.client.example'],
  [clients.guesser, 'mail110.client.example'],
  [clients.relaying, 'mail137.client.example'],
  [clients.relayingForged, 'forged.client.example'],
  [clients.leaver, 'mail119.client.example'],
  [clients.hasty, 'mail135.client.example'],
  [clients.early, 'mail136.client.example'],
  [clients.idler, 'mail150.client.example'],
  [clients.aborterNamed, 'mail159.client.example'],
  [clients.milterConnect, 'milter-connect.client.example'],
  [clients.rejected, 'mail130.client.example'],
  [clients.identNamed, 'mail214.client.example'],
  [clients.hostileName, 'relay=198.51.100.77.evil.example'],
  [clients.hostileNameToo, 'x[198.51.100.78].evil.example'],
  [clients.hostileNameV6, 'IPv6:2001:db8::dead].evil.example'],
];

export const idents = [
  {address: clients.ident, system: 'UNIX', user: 'root, relay=[198.51.100.66]'},
  {address: clients.identOther, system: 'OTHER', user: 'x198.51.100.66 did not issue MAIL'},
  {address: clients.identNamed, system: 'UNIX', user: 'mailuser'},
] as const;
