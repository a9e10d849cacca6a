/** What holds the blocks, and how the open connections of a blocked client are ended. */
import {chainName} from '../kinds/chain-names.js';
import {hookChains, portsOrAuto} from '../kinds/lists.js';
import {duration, number, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

/** Separate, because the help lists it with the old program's flags. */
export const chain = {
  iptablesChainName: setting(
    chainName,
    'SPAM_UNAME_GUESSERS',
    'The chain that holds the blocks, in iptables and in ip6tables. Only blocksmtp may use it.',
  ),
} as const;

export const firewall = {
  mailerPorts: setting(
    portsOrAuto,
    'auto',
    'The ports that blocked clients can no longer reach. auto: the ports at which the mailer of this machine accepts connections from other machines; port 25 until the first one is found.',
  ),
  backend: setting(
    choice('iptables', 'ipset', 'nftables'),
    'iptables',
    'How the kernel stores the blocks. iptables: one rule for each block; ipset: a set that one rule of the chain matches; nftables: a table of that name. In a set the kernel ends blocks by itself, and a packet costs the same however many there are.',
  ),
  flatChainMax: setting(
    number(1, 50_000, 'whole', 'COUNT'),
    1000,
    'With the backend iptables and more blocks than this, the rules go into sub-chains by address. In a flat chain the kernel compares each packet with each rule.',
  ),
  hookPlace: setting(
    choice('first', 'any'),
    'first',
    'The position of the hook. first: before every rule that could accept a packet, so that open sessions are cut too; any: wherever the administrator puts it.',
  ),
  hookChains: setting(
    hookChains,
    ['INPUT'],
    'The chains that send packets to ours: INPUT for a mailer on this machine. If packets are translated on their way (to a container or another host), also FORWARD or DOCKER-USER; the port is then the one that the client connected to.',
  ),
  cutSessions: setting(
    choice('both', 'sockets', 'processes', 'none'),
    'both',
    'How open sessions of a blocked client end, besides the rule. sockets: blocksmtp destroys their sockets (`ss -K`); processes: it sends SIGTERM to the sendmail processes that serve the client; both; or none. This way no process keeps waiting for a client that cannot answer.',
  ),
  checkInterval: setting(
    duration('1s', '1h'),
    10,
    'How often the daemon compares the firewall with the desired state, and repairs it.',
  ),
} as const;
