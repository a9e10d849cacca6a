/**
 * What a domain says of the addresses that send its mail (SPF, RFC 7208), as far as a search for them needs it.
 * It judges no mail: the answer is where to look. The record is its owner's text.
 */
import {type Network, parseNetwork} from '../net/network.js';
import {readHostName} from './host-name.js';

interface Spf {
  readonly networks: readonly Network[];
  /** Other names that the record leads to. */
  readonly names: readonly {
    readonly kind: 'record' | 'address' | 'exchanger';
    readonly name: string;
  }[];
}

/** Terms of one record that are looked at. A count: a record that may be looked up has less than ten names. */
const mostTerms = 100;

const kinds = {include: 'record', redirect: 'record', a: 'address', mx: 'exchanger'} as const;

/**
 * @param records TXT records of the domain, each in its pieces
 * @param domain that they are of
 * @returns undefined: it has none
 */
export function readSpf(records: readonly (readonly string[])[], domain: string): Spf | undefined {
  const texts = records.map((pieces) => pieces.join(''));
  const record = texts.find((text) => /^v=spf1(?: |$)/i.test(text));
  if (record === undefined) return undefined;
  const terms = record.split(' ').slice(1, mostTerms + 1);
  return {
    networks: terms.flatMap((term) => {
      const [, text = ''] = /^\+?ip[46]:(.{2,60})$/i.exec(term) ?? [];
      return parseNetwork(text) ?? [];
    }),
    names: terms.flatMap((term) => {
      const [, kind = '', given = domain] =
        /^\+?(include|redirect|a|mx)(?:[:=]([^/]{1,255}))?(?:\/.*)?$/i.exec(term) ?? [];
      // One with a macro (%) is no name.
      const name = readHostName(given);
      const meant = kinds[kind.toLowerCase() as keyof typeof kinds] as
        (typeof kinds)[keyof typeof kinds] | undefined;
      return meant === undefined || name === undefined ? [] : [{kind: meant, name}];
    }),
  };
}
