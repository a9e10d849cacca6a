/** The rows of the commands about complaints: `complain` and `complaints`. */
import {type CommandCall, type CommandRow, json, works} from './command-row.js';
import {
  complainedSettings,
  complainOfMessages,
  isOfMessages,
  messageOptions,
  wrongOfMessages,
} from './complained-commands.js';
import {answerReturned} from '../complaint/answer.js';
import {complaints} from '../complaint/complaints.js';
import {isSmtpMailbox} from '../../complaint/letter/smtp-mailbox.js';
import {isComplaintId} from '../../complaint/spool/report-id.js';
import type {ComplaintRequest} from '../../control/protocol.js';
import {parseNetwork} from '../../net/network.js';
import type {SettingName} from '../../config/schema.js';
import {givenSeconds, type OwnOptions, past, wrongTime} from './words.js';

const complaintSettings: readonly SettingName[] = ['stateDir', 'controlSocket'];
const complainSettings: readonly SettingName[] = [
  ...complainedSettings,
  ...complaintSettings,
  'rdapBootstrap',
  'contactZone',
  'complaintFrom',
  'complaintLetters',
];

const given = (value: string | true | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function wrongInComplain(operands: readonly string[], options: OwnOptions): readonly string[] {
  const ofMessages = wrongOfMessages(operands, options);
  const {since, network, send, yes, as, log, virus, move} = options;
  if (ofMessages !== undefined) {
    const isOfBlocks = network !== undefined || send !== undefined || yes !== undefined;
    const where = '--network, --send, --yes: only for complaints of blocks: expected none of them';
    return [...ofMessages, ...(isOfBlocks ? [where] : [])];
  }
  const [what] = operands;
  const isOfMail = [as, log, virus, move].some((each) => each !== undefined);
  const isNetwork = typeof network === 'string' && parseNetwork(network) !== undefined;
  return [
    ...(what === undefined || what === 'answer'
      ? []
      : [
          `complain ${JSON.stringify(what)}: expected nothing, message, maildir, headers or answer`,
        ]),
    ...wrongTime('--since', since, past),
    ...(network === undefined || isNetwork ? [] : ['--network: expected an address or a network']),
    ...(isOfMail ? ['--as, --log, --virus, --move: expected `complain message` or `maildir`'] : []),
    ...(yes && !send ? ['--yes: without --send: expected both'] : []),
  ];
}

function complainRequest({options}: CommandCall): ComplaintRequest {
  const {since, network, send, yes} = options;
  const seconds = givenSeconds(since, past);
  const around = given(network);
  return {
    command: 'complain',
    ...(seconds !== undefined && {seconds}),
    ...(around !== undefined && {network: around}),
    ...(send && {send: yes ? 'sure' : 'yes'}),
  };
}

type What = 'show' | 'forget' | 'never';
const expected: Readonly<Record<What, string>> = {
  show: 'the id of a complaint',
  forget: 'a mailbox',
  never: 'an address or a network',
};
const isGood: Readonly<Record<What, (word: string) => boolean>> = {
  show: isComplaintId,
  forget: isSmtpMailbox,
  never: (word) => parseNetwork(word) !== undefined,
};

const isWhat = (word: string | undefined): word is What =>
  word !== undefined && Object.hasOwn(expected, word);

function wrongInComplaints([what, which, ...more]: readonly string[]): string[] {
  if (what === undefined) return [];
  if (more.length > 0) return [`complaints ${what}: ${more.length + 1} operands: expected one`];
  if (!isWhat(what)) {
    return [`complaints ${JSON.stringify(what)}: expected show, forget, never, or nothing`];
  }
  return which !== undefined && isGood[what](which)
    ? []
    : [`complaints ${what}: ${JSON.stringify(which ?? '')}: expected ${expected[what]}`];
}

function complaintsRequest({operands: [what, which = '']}: CommandCall): ComplaintRequest {
  if (what === 'forget') return {command: 'complaintForget', contact: which};
  if (what === 'never') return {command: 'complaintNever', network: which};
  return {command: 'complaints', ...(what === 'show' && {id: which})};
}

const complainOfBlocks = works((config, log, call) => {
  const {operands, form, surroundings} = call;
  const {output} = surroundings;
  return operands[0] === 'answer'
    ? answerReturned(config, form, output)
    : complaints({request: complainRequest(call), form}, config, log, output);
});

export const complaintCommands: readonly CommandRow[] = [
  {
    words: 'complain [WHAT] [FILES...]',
    settings: complainSettings,
    meaning:
      'Print the complaints that would go to abuse contacts. `message FILE...` (- is standard input): say which client handed the message in, by our log, and what a complaint would say. `maildir DIR`: the same for the messages in which clamd finds a listed virus. `headers FILE` prints the header. `answer` reads a reply to a complaint from standard input.',
    options: [
      {
        flags: '--since <TIME>',
        meaning: 'Only those made since, such as 1d. With maildir: delivered since. (default: 1d)',
      },
      {flags: '--network <NET>', meaning: 'Only those about this network.'},
      {flags: '--send', meaning: 'Send them.'},
      {flags: '--yes', meaning: 'Even if they were not shown on 7 days yet.'},
      ...messageOptions,
      json('Print them as JSON, with the whole mails.'),
    ],
    wrongIn: wrongInComplain,
    run: (call) =>
      isOfMessages(call.operands) ? complainOfMessages(call) : complainOfBlocks(call),
  },
  {
    words: 'complaints [WHAT] [WHICH]',
    settings: complaintSettings,
    meaning:
      'List the complaints, and what each network did before and after. With `show ID`: one of them. `forget MAILBOX`: write to it no more. `never NETWORK`: complain about it no more.',
    options: [json('Print them as JSON.')],
    wrongIn: wrongInComplaints,
    run: works((config, log, call) => {
      const shows = call.operands[0] === 'show' ? {shows: 'one' as const} : {};
      const wish = {request: complaintsRequest(call), form: call.form, ...shows};
      return complaints(wish, config, log, call.surroundings.output);
    }),
  },
];
