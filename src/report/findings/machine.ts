/** What `doctor` finds about programs and rights that the daemon needs. */
import {countText} from '../../base/count.js';
import {printable} from '../../base/printable.js';
import {advice, bad, type Finding, good} from '../finding.js';
import type {Facts} from './facts.js';

export const machineFindings = (facts: Facts): Finding[] => [
  ...programFindings(facts),
  ...rightFindings(facts),
  ...savedSetFindings(facts),
  ...savedChainFindings(facts),
  ...likeOursFindings(facts),
  ...tableFindings(facts),
];

/** iptables-restore loads a whole file or nothing of it, and a set that is missing at boot is an error. */
const savedSetFindings = ({savedSets}: Facts): Finding[] =>
  savedSets.map((path) =>
    bad(
      `${path} names a set of blocksmtp, which is not there at boot: then none of its rules is loaded, and the machine has no firewall; take those lines out, and use backend = "nftables" where rules are saved`,
    ),
  );

/** nft 1.0.6 writes a match of a set in a form that it cannot read, and a conntrack match in one that iptables cannot. */
const savedChainFindings = ({savedChains = [], config}: Facts): Finding[] =>
  savedChains.map((path) =>
    bad(
      `${path} holds chain ${config.iptablesChainName} as nft lists it: at boot nft refuses the whole file, or iptables cannot read what it has loaded; take those lines out (backend = "nftables" has a table of its own, which may be saved)`,
    ),
  );

const likeOursFindings = ({likeOurs = []}: Facts): Finding[] =>
  likeOurs.map(({program, chain, drops}) => {
    const name = printable(chain, nameCharacters);
    const rules = countText(drops, 'rule');
    return advice(
      `chain ${name} looks like one of blocksmtp, which does not know it: ${rules} there drop for ever; if you do not want it, see ${program} -S ${name}, then take out its jump and its rules`,
    );
  });

const tableFindings = ({tablesLikeOurs = []}: Facts): Finding[] =>
  tablesLikeOurs.map((table) =>
    advice(
      `table ${table} looks like one of blocksmtp, which does not know it: if you do not want it, nft delete table ${table}`,
    ),
  );

/** Length of a name. Characters: the name of a chain has at most 28. */
const nameCharacters = 40;

/** The programs that each backend runs. */
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

function rightFindings({lackingRights, config, status}: Facts): Finding[] {
  if (lackingRights.length === 0) return [good('all rights that it needs')];
  const lacking = `no ${lackingRights.join(', ')}`;
  // A daemon answered, so it has the rights, and only this command lacks them.
  if (!('unavailable' in status) && status.sinceMs !== undefined) {
    return [advice(`doctor has ${lacking}, so it cannot see all: run it as root`)];
  }
  const what = `${lacking}: run it as root, or by the systemd unit`;
  return [config.dryRun ? advice(what) : bad(what)];
}
