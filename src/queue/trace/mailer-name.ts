/**
 * The name under which the mailer writes its `Received` headers: `Dj` of sendmail.cf, as far as it is plain
 * text. Where it is made of macros, the name of the host has to do.
 */

const define = /^D(?:j|\{j\})([A-Za-z0-9][A-Za-z0-9.-]{0,254})\s*$/m;

export const mailerNameIn = (cf: string): string | undefined => define.exec(cf)?.[1];
