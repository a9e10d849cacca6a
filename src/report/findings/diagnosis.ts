/**
 * Makes the findings of `blocksmtp doctor` from facts of this machine. Each finding says what to do. Each subject has a
 * file; this one has their order.
 */
import {complaintFindings} from './complaint/findings.js';
import {coverageFindings} from './coverage.js';
import {daemonFindings} from './daemon.js';
import {blockFindings} from './blocks.js';
import type {Facts} from './facts.js';
import type {Finding} from '../finding.js';
import {greetingFindings} from './greeting.js';
import {hearingFindings, settingsFindings} from './hearing.js';
import {machineFindings} from './machine.js';
import {outgoingFindings} from './outgoing.js';
import {sizeFindings} from './size.js';
import {sourceFindings} from './sources.js';
import {whitelistFindings} from './whitelist.js';

export function diagnose(facts: Facts): Finding[] {
  return [
    ...machineFindings(facts),
    ...daemonFindings(facts),
    ...blockFindings(facts),
    ...settingsFindings(facts),
    ...sizeFindings(facts),
    ...whitelistFindings(facts),
    ...sourceFindings(facts),
    ...hearingFindings(facts),
    ...greetingFindings(facts),
    ...outgoingFindings(facts),
    ...complaintFindings(
      'unavailable' in facts.status ? undefined : facts.status.complaints,
      facts.config,
    ),
    ...coverageFindings(facts.coverage, facts.config.outbound),
  ];
}
