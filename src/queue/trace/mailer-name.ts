/**
 * Finds the name under which the mailer writes its `Received` headers: `Dj` of sendmail.cf, if it is plain
 * text. If it is made of macros, the caller uses the name of the host.
 */

const define = /^D(?:j|\{j\})([A-Za-z0-9][A-Za-z0-9.-]{0,254})\s*$/m;

export const mailerNameIn = (cf: string): string | undefined => define.exec(cf)?.[1];
