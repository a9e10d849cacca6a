/** Makes the parts of the report about outgoing mail and about complaints: see `sections.ts`. */
import type {ComplaintSum, OutgoingSum, ProgramSum, SenderSum} from './overview.js';
import type {Section} from './section.js';
import {manyText, minuteText, numberText, tableOf} from './section-text.js';
import {printable} from '../base/printable.js';
import {stepWords} from '../report/tables/complaints.js';

/** Length of foreign text in a cell. Characters. */
const cellCharacters = 80;
const cell = (text: string): string => printable(text, cellCharacters) || '-';

const standings: Readonly<Record<ProgramSum['standing'], string>> = {
  other: 'NOT ALLOWED',
  perhaps: 'not known',
  allowed: 'allowed',
};

/** Two tables in one: programs that connect by themselves come first. */
export function outgoingSection(outgoing: OutgoingSum | null): Section {
  const [id, title] = ['outgoing', 'Outgoing mail'];
  if (outgoing === null) {
    return {id, title, lines: ['A replay does not count it: see blocksmtp senders.']};
  }
  const {connections, mail, sinceMs, programs, senders} = outgoing;
  const off = [
    ...(connections === 'off' ? ['outbound is off: nobody watches programs that connect.'] : []),
    ...(mail === 'off' ? ['outgoing_mail is off: nobody counts mail of the mailer.'] : []),
  ];
  if (programs.all + senders.all === 0) {
    return {id, title, lines: [`Nobody has sent mail since ${minuteText(sinceMs)}.`, ...off]};
  }
  const rows = [...programs.shown.map(programCells), ...senders.shown.map(senderCells)];
  const more = programs.all + senders.all - rows.length;
  return {
    ...{id, title},
    lines: [
      `Since ${minuteText(sinceMs)}. Programs that connect by themselves: ${numberText(programs.all)}. Senders whose mail the mailer carries: ${numberText(senders.all)}.`,
      ...off,
    ],
    table: {
      caption: title,
      head: ['VIA', 'WHO', 'COUNT', 'FAILED', 'STANDING', 'PROGRAM', 'LAST'],
      rows,
      more,
    },
  };
}

const programCells = (each: ProgramSum): string[] => [
  'direct',
  cell(each.user),
  `${numberText(each.connections)} connections`,
  '-',
  standings[each.standing],
  cell(each.program),
  minuteText(each.lastMs),
];

const senderCells = (each: SenderSum): string[] => [
  'mailer',
  cell(each.sender),
  `${numberText(each.recipients)} recipients`,
  numberText(each.failed),
  each.alarm === null ? '-' : `OVER A LIMIT (${each.alarm})`,
  '-',
  '-',
];

const stepText = (step: string): string =>
  Object.entries(stepWords).find(([word]) => word === step)?.[1] ?? '-';

export function complaintSection(complaints: ComplaintSum | null): Section {
  const [id, title] = ['complaints', 'Complaints'];
  if (complaints === null) return {id, title, lines: ['A replay makes none.']};
  const {mode, steps, due, latest} = complaints;
  if (mode === 'off' && latest.length === 0) {
    return {id, title, lines: ['complaints is off: nobody is written to.']};
  }
  const counts = Object.entries(steps).map(
    ([step, count]) => `${numberText(count)} ${stepText(step)}`,
  );
  const waiting = due === 0 ? '' : ` ${manyText(due, 'client')} due, still to be looked up.`;
  if (latest.length === 0) return {id, title, lines: [`None was made.${waiting}`]};
  const all = Object.values(steps).reduce((sum, count) => sum + count, 0);
  return {
    ...{id, title},
    lines: [`complaints is ${mode}. ${counts.join(', ')}.${waiting}`],
    table: tableOf(
      title,
      ['MADE', 'NETWORK', 'TO', 'STEP', 'BLOCKS BEFORE', 'SINCE', 'WHY'],
      {all, shown: latest},
      (each) => [
        minuteText(each.madeMs),
        cell(each.network),
        cell(each.mailbox ?? ''),
        stepWords[each.step],
        numberText(each.before),
        numberText(each.after),
        cell(each.why),
      ],
    ),
  };
}
