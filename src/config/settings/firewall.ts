/** What holds the blocks, and how the open connections of a blocked client are ended. */
import {hookChains, portsOrAuto} from '../kinds/lists.js';
import {chainName, duration, number, choice} from '../kinds/scalars.js';
import {setting} from './setting.js';

/** Apart, for it is shown with the old program's flags. */
export const chain = {
  iptablesChainName: setting(
    chainName,
    'SPAM_UNAME_GUESSERS',
    'The chain that holds the blocks, in iptables and in ip6tables; it belongs to blocksmtp alone.',
  ),
} as const;

export const firewall = {
  mailerPorts: setting(
    portsOrAuto,
    'auto',
    'The ports that blocked clients can no longer reach; auto: those at which the mailer of this machine takes connections from elsewhere, and 25 until one was seen.',
  ),
  backend: setting(
    choice('iptables', 'ipset', 'nftables'),
    'iptables',
    'What holds the blocks: one iptables rule each; an ipset that one rule of the chain matches; or a table of nftables of that name. With sets the kernel ends blocks itself, and packets pay nothing for many.',
  ),
  flatChainMax: setting(
    number(1, 50_000, 'whole', 'COUNT'),
    1000,
    'With more blocks than this the rules of the backend iptables stand in sub-chains by address, for every packet is compared with every rule of a flat chain.',
  ),
  hookPlace: setting(
    choice('first', 'any'),
    'first',
    'Where the hook stands. first: before every rule that could accept a packet, so that open sessions are cut too; any: wherever the administrator puts it.',
  ),
  hookChains: setting(
    hookChains,
    ['INPUT'],
    'The chains from which packets are led to ours: INPUT for a mailer on this machine itself. Where packets are translated on their way (a container, another host), also FORWARD or DOCKER-USER; then the port counts that the client called.',
  ),
  cutSessions: setting(
    choice('both', 'sockets', 'processes', 'none'),
    'both',
    'What ends the open sessions of a client that is blocked, besides the rule: its sockets are destroyed (`ss -K`), the sendmail processes that serve it get SIGTERM, both, or none; so that none waits for it.',
  ),
  checkInterval: setting(
    duration('1s', '1h'),
    10,
    'How often the firewall is compared with what should be, and repaired.',
  ),
} as const;
