/**
 * The settings of complaints about single messages: the scanner, and the folders to which messages of
 * a Maildir are moved.
 */
import {list} from '../../kinds/lists.js';
import {path, text} from '../../kinds/scalars.js';
import {setting} from '../setting.js';

/** Maildir++: a folder's name begins with a dot; a further dot separates a subfolder. */
const folder = text(
  /^\.[A-Za-z0-9_-]{1,40}(?:\.[A-Za-z0-9_-]{1,40}){0,3}$/,
  'a Maildir folder: a dot, then letters, digits, _ or -, such as .Complained',
  'FOLDER',
);

export const complained = {
  complaintVirusNames: setting(
    list(
      /^[A-Za-z0-9*][A-Za-z0-9*._/+:-]{0,99}$/,
      64,
      'names as clamd writes them, with * for any text',
      'NAMES',
    ),
    [],
    'Virus names that may accuse the client that handed in the message, such as `Win.Trojan.*`; none by default. A `*` never matches `Heuristics.…` or `….UNOFFICIAL`: write that word too.',
  ),
  clamdSocket: setting(
    path,
    '/run/clamav/clamd.ctl',
    "The socket of clamd (`LocalSocket` in clamd.conf). The owner of a Maildir must be able to use it; Debian's default lets every user do so.",
  ),
  complainedFolder: setting(
    folder,
    '.Complained',
    'The folder of the Maildir to which blocksmtp moves a message once a complaint about it is filed.',
  ),
  contactlessFolder: setting(
    folder,
    '.NoContact',
    'The folder to which blocksmtp moves a message if it knows no contact to complain to about the client.',
  ),
} as const;
