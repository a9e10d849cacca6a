/** What complaints about single messages rest on: the scanner, and where messages of a Maildir go. */
import {list} from '../../kinds/lists.js';
import {path, text} from '../../kinds/scalars.js';
import {setting} from '../setting.js';

/** Maildir++: a folder begins with a dot, and a dot within it is a folder in a folder. */
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
    'Names of viruses by which the client that handed a message in may be accused, such as `Win.Trojan.*`; none by default. A `*` never means `Heuristics.…` or `….UNOFFICIAL`: write that word too.',
  ),
  clamdSocket: setting(
    path,
    '/run/clamav/clamd.ctl',
    "The socket of clamd (`LocalSocket` in clamd.conf). The owner of a Maildir must be able to use it, as Debian's default lets everybody.",
  ),
  complainedFolder: setting(
    folder,
    '.Complained',
    'The folder of a Maildir to which a message moves once it is complained of.',
  ),
  contactlessFolder: setting(
    folder,
    '.NoContact',
    'The folder to which a message moves if nobody can be told of its client.',
  ),
} as const;
