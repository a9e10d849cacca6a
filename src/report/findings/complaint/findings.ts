/** What `doctor` finds about complaints. */
import {advice, bad, type Finding, good} from '../../finding.js';
import type {ComplaintStatus} from '../../complaint/status.js';

export function complaintFindings(
  status: ComplaintStatus | undefined,
  {complaintFrom}: {readonly complaintFrom: string},
): Finding[] {
  if (status === undefined || status.mode === 'off') return [];
  const {mode, held, shown, bounces} = status;
  return [
    ...(held.unknown + held.refused === 0
      ? [good(`complaints: ${mode}`)]
      : [
          bad(
            `complaints: ${held.unknown + held.refused} could not be handed to the mailer: see blocksmtp complaints and the log of the mailer`,
          ),
        ]),
    ...(complaintFrom === ''
      ? [
          advice(
            'complaints: complaint_from is not set: nothing can be sent, and no desk could answer',
          ),
        ]
      : []),
    ...(mode === 'send' && shown !== 'all'
      ? [advice('complaints: none goes out yet: look at them with blocksmtp complain')]
      : []),
    ...(bounces > 0
      ? [advice(`complaints: ${bounces} came back: nobody writes to those mailboxes for 30 days`)]
      : []),
  ];
}
