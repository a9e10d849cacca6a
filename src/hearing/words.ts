/**
 * Says why the daemon does not hear the mailer, and what would help. Quoted text is made printable
 * and shortened.
 */
import {countText} from '../base/count.js';
import {aboutText} from '../base/duration.js';
import type {Heard} from './heard.js';
import type {Deafness, Missed, Trouble, Wanted} from './judge.js';
import type {Counted} from './tally.js';
import {withHelp} from './unread.js';

/** What the settings say, for the advice. */
export interface WantedSettings extends Wanted {
  /** Whether the names come from `auto`. */
  readonly namesAre: 'auto' | 'named';
}

export function deafText(deafness: Deafness, wanted: WantedSettings): string {
  switch (deafness.why) {
    case 'names':
      return namesText(deafness, wanted);
    case 'hosts': {
      const {lines, hosts} = deafness;
      const head = `all ${countText(lines, 'line')} of ${whose(wanted)} are of ${hosts.length === 1 ? 'the host' : 'other hosts:'}`;
      return `${head} ${hosts.map(({name}) => quoted(name)).join(', ')}, and mailer_syslog_host = "${wanted.host ?? ''}": set mailer_syslog_host, or leave it empty`;
    }
    case 'frames': {
      const {lines, unreadable, because, example} = deafness;
      const count =
        unreadable === lines ? countText(lines, 'line') : `${unreadable} of ${lines} lines`;
      const what =
        because === 'it does not begin with a time'
          ? `${count} do not begin with a time that is known`
          : `${count} cannot be read (${because})`;
      return `${what}: ${quoted(example)}; docs/log-grammar.md (installed in /usr/share/doc/blocksmtp) lists the frames that are read`;
    }
    case 'grammar':
      return grammarText(deafness);
    case 'writer':
      return `the journal says that no mailer wrote the ${countText(deafness.lines, 'line')} of ${whose(wanted)}: somebody else writes under its name, or its executable has another name than sendmail`;
    case 'missing':
      return withHelp(deafness.because, 'set syslog_msgs_file to the log of the mailer');
    case 'elsewhere':
      return `no line of the mailer for ${aboutText(deafness.silentSeconds)}, and ${deafness.name} has newer ones: set syslog_msgs_file, or see whether the syslog writes where it should`;
    case 'sessions':
      return `no line about a client for ${aboutText(deafness.silentSeconds)}, though the mailer had ${countText(deafness.sessions, 'session')} meanwhile: see syslog_msgs_file, whether the syslog runs, and the mailer's LogLevel (9 or more)`;
  }
}

function grammarText({lines, programs, example}: Extract<Deafness, {why: 'grammar'}>): string {
  const head = `${countText(lines, 'line')} of ${namesOf(programs)}, and none tells of a client`;
  return example === ''
    ? `${head}, nor reads as sendmail's: see mailer_syslog_name, and whether sendmail is the mailer`
    : `${head}, for the words are not known: ${quoted(example)}; docs/log-grammar.md (installed in /usr/share/doc/blocksmtp) lists what is read`;
}

export function missedText(missed: Missed, programs: readonly Counted[]): string {
  switch (missed.kind) {
    case 'unreadable':
      return `${countText(missed.lines, 'line')} of the mailer could not be read: \`blocksmtp explain\` tells why`;
    case 'otherNames': {
      const own = programs.filter((each) => each.own > 0);
      const names = own.length === 0 ? 'other names' : namesOf(own);
      return `${countText(missed.lines, 'line')} of ${names} read as the mailer's and do not count: see mailer_syslog_name`;
    }
    case 'noClient':
      return `none of ${countText(missed.lines, 'line')} of the mailer tells of a client: its LogLevel should be 9 or more`;
  }
}

/** For a source that cannot be read at the moment, perhaps rightly. */
export const waitText = ({why}: Pick<Trouble, 'why'>): string => `waits for it: ${why}`;

/** For a source while the old logs are read, at the first start. */
export const beforeText = 'not followed yet: the daemon reads the old logs first';

/** For a log in which other programs write, perhaps rightly. */
export function nothingText({all, programs}: Heard, wanted: WantedSettings): string {
  const most = programs.map(({name, lines}) => `${quoted(name)} ${lines}`).join(', ');
  const frequent = most === '' ? '' : `; the most frequent programs are ${most}`;
  return `0 of ${countText(all.lines, 'line')} are of ${whose(wanted)}${frequent}`;
}

/** `0 of 428 lines are of `sendmail`; 400 are of `sm-mta`: set mailer_syslog_name = "sm-mta"`. */
function namesText(
  {lines, programs}: Extract<Deafness, {why: 'names'}>,
  wanted: WantedSettings,
): string {
  const own = programs.filter((each) => each.own > 0);
  const [first] = own;
  const are = own.map((each) => `${each.lines} are of ${quoted(each.name)}`).join(', ');
  const can = first !== undefined && /^[\w./-]{1,64}$/.test(first.name) ? ` = "${first.name}"` : '';
  return `0 of ${countText(lines, 'line')} are of ${whose(wanted)}; ${are}: set mailer_syslog_name${can}`;
}

const whose = ({names, namesAre}: WantedSettings): string =>
  namesAre === 'auto' ? 'the mailer (mailer_syslog_name = "auto")' : names.map(quoted).join(' or ');

const namesOf = (programs: readonly Counted[]): string =>
  programs.map(({name}) => quoted(name)).join(', ');

/** A backquote in quoted text must not end the quotation. */
const quoted = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
