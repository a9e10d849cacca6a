/** The row of `why`: about an address, a host or a sender domain. */
import {
  asks,
  type CommandCall,
  type CommandRow,
  json,
  reaches,
  withoutNames,
} from './rows/command-row.js';
import {wrongNetwork} from './rows/words.js';
import {asksNobody, whyHost} from './host/why-host.js';
import type {SettingName} from '../config/schema.js';
import {readHostName} from '../hosts/host-name.js';
import {lookUp} from '../hosts/live/look-up.js';
import {parseNetwork} from '../net/network.js';

const word = ({operands: [first = '']}: CommandCall): string => first;
const hostOf = (text: string): string | undefined =>
  parseNetwork(text) === undefined ? readHostName(text) : undefined;

const whyAddress = asks((call) => ({command: 'why', network: word(call)}));

/** @param settings that locate the state */
export const whyCommand = (settings: readonly SettingName[]): CommandRow => ({
  words: 'why <ADDRESS>',
  settings: [...settings, 'syslogMsgsFile', 'mailerSyslogName', 'mailerSyslogHost', 'attribution'],
  meaning:
    'Show what is known about an address: exempt or blocked and why, what counts for and against it, and what would undo it. For a host or a domain of senders: its addresses, and the state of each.',
  options: [json('Print it as JSON.'), withoutNames],
  wrongIn: (operands, options) =>
    hostOf(operands[0] ?? '') === undefined
      ? wrongWord(wrongNetwork('why')(operands, options))
      : [],
  run: (call) => {
    const host = hostOf(word(call));
    if (host === undefined) return whyAddress(call);
    const {form, options} = call;
    return reaches((config, log, {surroundings: {output}}, alone) =>
      whyHost(
        {host, form, alone},
        config,
        log,
        output,
        options.names === false ? asksNobody : lookUp,
      ),
    )(call);
  },
});

const wrongWord = (wrong: readonly string[]): string[] =>
  wrong.map((each) => `${each}, or a host or domain such as partner.example`);
