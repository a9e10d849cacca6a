/**
 * Makes the reports for programs: XARF version 4 (schemas 4.2.0), one for each address. Decides the type of a
 * report. Makes no report if a fact that its type requires is not known. The tests check each report
 * against the schemas. Computes no id.
 */
import {countText} from '../../base/count.js';
import {isoTime} from '../../base/time-text.js';
import {printable} from '../../base/printable.js';
import type {Accusation} from '../spool/accusation.js';
import type {Attacker} from '../spool/deed.js';
import {headerText, type Sender} from './fields.js';
import {isSmtpMailbox} from './smtp-mailbox.js';

const xarfVersion = '4.2.0';

/** At most so many reports in one mail. A count: each is under two kilobytes, and the text lists all addresses. */
export const mostReports = 50;

type Xarf = Readonly<Record<string, unknown>>;

/** Functions that this pure room gets from outside. */
export interface XarfTools {
  readonly idOf: (address: string) => string;
  /** UTF-8 as base64. */
  readonly base64: (text: string) => string;
}

export function xarfReports(about: Accusation, sender: Sender, tools: XarfTools): Xarf[] {
  if (about.kind === 'message') return messageReport(about, sender, tools);
  return about.attackers
    .slice(0, mostReports)
    .map((attacker) => guessingReport(attacker, sender, tools));
}

function guessingReport(attacker: Attacker, sender: Sender, {idOf}: XarfTools): Xarf {
  const {address, firstMs, lastMs, unknownNames, wrongPasswords, sourcePort} = attacker;
  const common = {
    ...core(sender, idOf(address), lastMs, address, sourcePort),
    category: 'connection',
    evidence_source: 'firewall_logs',
    protocol: 'tcp',
    ...(sender.ports.length === 1 && {destination_port: sender.ports[0]}),
    first_seen: isoTime(firstMs),
    last_seen: isoTime(lastMs),
  };
  // XARF requires the client's port for a login attack.
  if (wrongPasswords > unknownNames && sourcePort !== undefined) {
    return {...common, type: 'login_attack', description: describe(attacker)};
  }
  return {
    ...common,
    type: 'reconnaissance',
    description: describe(attacker),
    probed_resources: attacker.names.map(({pattern, hash}) => `smtp user: ${pattern}, ${hash}`),
    resource_categories: ['other'],
    ...(unknownNames + wrongPasswords > 0 && {total_probes: unknownNames + wrongPasswords}),
    automated_tool: true,
  };
}

const describe = ({unknownNames, wrongPasswords, blocks}: Attacker): string =>
  `Guessed user names at a mail relay: ${countText(unknownNames, 'unknown name')}, ${countText(wrongPasswords, 'wrong password')}, blocked ${countText(blocks, 'time')}. The TCP connections were complete. Names are given as patterns and keyed hashes.`;

function messageReport(
  about: Extract<Accusation, {kind: 'message'}>,
  sender: Sender,
  {idOf, base64}: XarfTools,
): Xarf[] {
  const {client, takenMs, header, smtpFrom, sourcePort} = about;
  // XARF requires both for mail that came by SMTP. Without them the mail has only the text and the header.
  if (smtpFrom === undefined || sourcePort === undefined || !isSmtpMailbox(smtpFrom)) return [];
  const payload = base64(headerText(header));
  return [
    {
      ...core(sender, idOf(client), takenMs, client, sourcePort),
      category: 'messaging',
      type: 'spam',
      evidence_source: about.found.kind === 'scanner' ? 'automated_filter' : 'user_complaint',
      protocol: 'smtp',
      smtp_from: smtpFrom,
      evidence: [
        {content_type: 'text/rfc822-headers', description: 'Header of the message', payload},
      ],
    },
  ];
}

function core(
  {from, relay}: Sender,
  id: string,
  ms: number,
  address: string,
  sourcePort: number | undefined,
): Xarf {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const contact = {org: printable(relay, 200), contact: from, domain};
  return {
    ...{xarf_version: xarfVersion, report_id: id, timestamp: isoTime(ms)},
    ...{reporter: contact, sender: contact, source_identifier: address},
    ...(sourcePort !== undefined && {source_port: sourcePort}),
  };
}
