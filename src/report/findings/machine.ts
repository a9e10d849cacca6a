/** What `doctor` finds of programs and rights: whether all that the daemon needs is there. */
import {advice, bad, type Finding, good} from './finding.js';
import type {Facts} from './facts.js';

export const machineFindings = (facts: Facts): Finding[] => [
  ...programFindings(facts),
  ...rightFindings(facts),
  ...savedSetFindings(facts),
];

/** iptables-restore takes all of a file or nothing, and a set that is missing at boot is an error. */
const savedSetFindings = ({savedSets}: Facts): Finding[] =>
  savedSets.map((path) =>
    bad(
      `${path} names a set of blocksmtp, which is not there at boot: then none of its rules is loaded, and the machine has no firewall; take those lines out, and use backend = "nftables" where rules are saved`,
    ),
  );

/** Which programs each backend runs. */
function neededPrograms({config, families}: Facts): string[] {
  const chain = families.map((family) => (family === 4 ? 'iptables' : 'ip6tables'));
  switch (config.backend) {
    case 'iptables':
      return chain;
    case 'ipset':
      return [...chain, 'ipset'];
    case 'nftables':
      return ['nft'];
  }
}

function programFindings(facts: Facts): Finding[] {
  const {programs, config, families} = facts;
  const needed = neededPrograms(facts).map((program) => {
    const version = programs.get(program);
    return version === undefined
      ? bad(`${program} is missing, and backend = "${config.backend}" needs it: install it`)
      : good(version);
  });
  const cuts = config.cutSessions === 'both' || config.cutSessions === 'sockets';
  const measures = config.idleCmdRead > 0;
  const left = [
    ...(cuts ? ['open connections are not destroyed'] : []),
    ...(measures ? ['idle sendmail processes are not found (idle_cmd_read)'] : []),
  ].join(', ');
  const noSs = left !== '' && programs.get('ss') === undefined;
  return [
    ...needed,
    ...(noSs ? [advice(`ss is missing: ${left} (install iproute2)`)] : []),
    ...(families.includes(6) ? [] : [good('this machine has no IPv6, so only IPv4 is guarded')]),
  ];
}

function rightFindings({lackingRights, config}: Facts): Finding[] {
  if (lackingRights.length === 0) return [good('all rights that it needs')];
  const what = `no ${lackingRights.join(', ')}: run it as root, or by the systemd unit`;
  return [config.dryRun ? advice(what) : bad(what)];
}
