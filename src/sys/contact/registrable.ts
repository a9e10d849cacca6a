/**
 * The registrable domain of a name, by the list of public suffixes. The one place that knows tldts, whose list
 * is loaded with the first question.
 */

/**
 * Below suffixes of registries only. A company that lends names to its customers is itself the one to write to.
 *
 * @returns undefined for a name that is a public suffix itself, for an address, and below no known suffix
 */
export async function registrableDomain(name: string): Promise<string | undefined> {
  const {parse} = await import('tldts');
  const {domain, isIcann, isIp} = parse(name, {allowPrivateDomains: false});
  return isIp === true || isIcann !== true ? undefined : (domain ?? undefined);
}
