/**
 * Reads from a domain's SPF record (RFC 7208) which addresses send its mail, as far as a search needs it. It
 * judges no mail: the answer says where to look. The owner of the domain writes the record.
 */
import {type Network, parseNetwork} from '../net/network.js';
import {readHostName} from './host-name.js';

interface Spf {
  readonly networks: readonly Network[];
  /** Other names to which the record refers. */
  readonly names: readonly {
    readonly kind: 'record' | 'address' | 'exchanger';
    readonly name: string;
  }[];
}

/** The most terms read of one record. A count: a record may cause fewer than ten lookups. */
const mostTerms = 100;

const kinds = {include: 'record', redirect: 'record', a: 'address', mx: 'exchanger'} as const;

/**
 * @param records the TXT records of the domain, each in its pieces
 * @param domain their domain
 * @returns undefined: it has no SPF record
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
      // A name with a macro (%) is not looked up.
      const name = readHostName(given);
      const meant = kinds[kind.toLowerCase() as keyof typeof kinds] as
        (typeof kinds)[keyof typeof kinds] | undefined;
      return meant === undefined || name === undefined ? [] : [{kind: meant, name}];
    }),
  };
}
