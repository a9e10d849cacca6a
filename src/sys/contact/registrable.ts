/**
 * Finds the registrable domain of a name, by the list of public suffixes. The only file that uses tldts, whose list
 * is loaded at the first call.
 */

/**
 * Uses suffixes of registries only. If a company lends names to its customers, the complaint goes to the company.
 *
 * @returns undefined for a name that is a public suffix itself, for an address, and below no known suffix
 */
export async function registrableDomain(name: string): Promise<string | undefined> {
  const {parse} = await import('tldts');
  const {domain, isIcann, isIp} = parse(name, {allowPrivateDomains: false});
  return isIp === true || isIcann !== true ? undefined : (domain ?? undefined);
}
