/** How sendmail ends the line of a recipient that it does not know; all else is another refusal. */

const unknownTails = [
  '... User unknown', // recipient.c recipient(), access map
  '... No such user here', // virtusertable `error:nouser No such user here` (cf/README)
  '... Addressee unknown', // srvrsmtp.c
  '... Mailbox disabled for this recipient', // blocklist_recipients (proto.m4): a user no more
];

/** @returns the ending with which the text says so, or undefined */
export function unknownTailOf(text: string): string | undefined {
  return unknownTails.find((tail) => text.endsWith(tail));
}
