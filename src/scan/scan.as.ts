/**
 * Finds in a log the lines that can matter, in AssemblyScript (a dialect of TypeScript for
 * WebAssembly): those that `mail/sendmail/read-message.ts` would make an event of which can change a verdict.
 * Everything else is stepped over: newlines are found 32 bytes at a time, and of a line only the
 * bytes are looked at that decide. May give a line too many, never one too few (a test holds it to
 * the parser).
 *
 * Given are: refusals and every other sign, whose an envelope was (`from=`), what was delivered or
 * came back (`to=`), and who logged in. Honest mail is given too: what a client and a name have
 * behind them decides how a refusal is taken, so a mail of March may spare a client in April.
 * Refused: to look for the clients and names of refusals first and give only their mail. Whether a
 * network has honest mailers and whether the relay has lost its list of users depends on everybody's.
 *
 * Why not TypeScript: the same steps took six times as long there, and one search for each needle
 * (`User unknown`, `VRFY`, ...) as long for each. `scan-wasm.ts` is made of this file by
 * `npm run scan-wasm`; `scanner.ts` is what others use.
 */

// Places in memory. Below the first the tags of the mailer, each with its length in front, and what
// stands in front of one in a line.
export const tagAt: usize = 1024;
const tagBytes: usize = 65;
const hostAt: usize = 3072;
/** Hashes of queue ids, a bit for each: may say yes to a stranger, never no to a member. */
const queueIdsAt: usize = 1 << 20;
const setBits: u32 = 1 << 22;
/** Here the caller puts a piece of the log, with 64 bytes of anything behind it. */
export const pieceAt: usize = 3 << 20;

/** As far as a tag is looked for: stamp, PRI and the longest host name. */
const longestHead: usize = 512;
const longestLine: usize = 16 * 1024;

let tags: usize = 0;
let hostLength: usize = 0;
let hostOffset: usize = 0;

/** Lines stepped over or given so far. */
export let lines: u32 = 0;
/** The end of the line that `next` has given, without its newline. */
export let lineEnd: usize = 0;

/** Takes so many tags at `tagAt` for the mailer's. */
export function configure(count: usize): void {
  tags = count;
}

/** @returns where the next line begins that matters, from `start` on; 0 when there is none */
export function next(start: usize, end: usize): usize {
  const newline = i8x16.splat(10);
  let lineStart = start;
  for (let at = start; at < end; at += 32) {
    let mask: u32 =
      i8x16.bitmask(i8x16.eq(v128.load(at), newline)) |
      (i8x16.bitmask(i8x16.eq(v128.load(at, 16), newline)) << 16);
    for (; mask != 0; mask &= mask - 1) {
      const stop = at + usize(ctz(mask));
      if (stop >= end) break;
      lines++;
      if (matters(lineStart, stop)) {
        lineEnd = stop;
        return lineStart;
      }
      lineStart = stop + 1;
    }
  }
  if (lineStart >= end) return 0;
  lines++;
  lineEnd = end;
  return matters(lineStart, end) ? lineStart : 0;
}

function matters(start: usize, lineStop: usize): bool {
  if (lineStop == start || lineStop - start > longestLine) return false;
  // The CR of a line that ends in CR LF is none of it.
  const end = load<u8>(lineStop - 1) == 0x0d ? lineStop - 1 : lineStop;
  const tag = start + hostOffset + hostLength;
  if (hostLength != 0 && equals(start + hostOffset, hostAt, hostLength)) {
    // The same host behind a stamp of the same length: here the tag is, whosever it is.
    const length = tagLengthAt(tag);
    if (length != 0) {
      return load<u8>(tag + length) == 0x5b ? afterTag(tag + length, end) : given(tag, end);
    }
    if (isTag(tag, end)) return mayBeRepeat(end);
  }
  // JSON, in which the line may stand anywhere.
  if (load<u8>(start) == 0x7b || isKept(start)) return given(start, end);
  const found = findTag(start, min(end, start + longestHead));
  if (found == 0) return mayBeRepeat(end);
  const tagLength = tagLengthAt(found);
  // A frame that is not the usual one: the parser shall see.
  if (load<u8>(found + tagLength) != 0x5b || load<u8>(found - 1) != 0x20) return given(start, end);
  const isUsual = learnHost(start, found);
  // In any frame: it notes the envelope that a line belongs to.
  return afterTag(found + tagLength, end) || !isUsual;
}

/**
 * Gives a line whose frame is not the usual one. Notes each queue id in it: a later line of the same
 * envelope may have the usual frame. Linear: a queue id begins behind a blank, a bracket or a quote.
 *
 * @returns true
 */
function given(start: usize, end: usize): bool {
  let before: u8 = 0x20;
  for (let at = start; at < end; at++) {
    if (before == 0x20 || before == 0x5b || before == 0x22) {
      let stop = at + 8;
      while (stop < end && isDigit(load<u8>(stop))) stop++;
      const after = load<u8>(stop);
      if (stop >= at + 14 && (after == 0x3a || after == 0x5b)) add(queueIdsAt, hashOf(at, stop));
    }
    before = load<u8>(at);
  }
  return true;
}

/** Whether a word stands there that ends in a colon: a tag, and behind it a message. */
function isTag(at: usize, end: usize): bool {
  let stop = at;
  while (stop < end && load<u8>(stop) != 0x20) stop++;
  return stop > at && load<u8>(stop - 1) == 0x3a;
}

/** `STAMP stdout F `, of a container's keeper: what one line is cut into tells which of the next to read. */
function isKept(start: usize): bool {
  let at = start + 20;
  while (at < start + 36 && load<u8>(at) != 0x20) at++;
  const word = load<u32>(at + 4); // behind ` std`: `out ` or `err `
  return load<u32>(at) == 0x64747320 && (word == 0x2074756f || word == 0x20727265);
}

/** @returns the length of the tag that stands there, the one with `[` behind it before others; 0: none does */
function tagLengthAt(at: usize): usize {
  let found: usize = 0;
  for (let i: usize = 0; i < tags; i++) {
    const tag = tagAt + i * tagBytes;
    const length = usize(load<u8>(tag));
    if (!equals(at, tag + 1, length)) continue;
    if (load<u8>(at + length) == 0x5b) return length;
    found = length;
  }
  return found;
}

/** @returns where the first of the tags stands; 0: none does. The caller's text is never at 0 */
function findTag(start: usize, end: usize): usize {
  let first: usize = 0;
  for (let i: usize = 0; i < tags; i++) {
    const tag = tagAt + i * tagBytes;
    const found = find(start, end, tag + 1, usize(load<u8>(tag)));
    if (found != 0 && (first == 0 || found < first)) first = found;
  }
  return first;
}

/** `last message repeated 5 times` of a BSD syslogd; whether it is one, `log/frames.ts` says. */
function mayBeRepeat(end: usize): bool {
  const last = load<u32>(end - 4);
  return last == 0x73656d69 || last == 0x656d6974; // imes, time
}

/** Takes what stands between stamp and tag for the host of most lines. */
function learnHost(start: usize, tag: usize): bool {
  let host = tag - 2;
  while (host > start && load<u8>(host) != 0x20) host--;
  if (!isStamp(start, host) || tag - host > 300) return false;
  hostLength = tag - host;
  hostOffset = host - start;
  memory.copy(hostAt, host, hostLength);
  return true;
}

/**
 * Whether only a stamp stands there: `Nov 21 11:11:11`, `2026-11-21 11:11:11`, or one without a
 * blank. Behind anything else it may be text of another program that looks like a tag.
 */
function isStamp(start: usize, end: usize): bool {
  const length = end - start;
  if (length == 15) return load<u8>(start + 3) == 0x20 && isDigit(load<u8>(end - 1));
  let blanks = 0;
  for (let at = start; at < end; at++) if (load<u8>(at) == 0x20) blanks++;
  return length >= 19 && isDigit(load<u8>(start)) && blanks == (length == 19 ? 1 : 0);
}

/** @param bracket of `[pid]: ` */
function afterTag(bracket: usize, end: usize): bool {
  let at = bracket + 1;
  while (isDigit(load<u8>(at))) at++;
  // `]: `
  if (load<u16>(at) != 0x3a5d || load<u8>(at + 2) != 0x20) return given(bracket, end);
  // A second blank, or Solaris' `[ID 801593 mail.notice] `.
  const isShifted = load<u8>(at + 3) == 0x20 || load<u32>(at + 3) == 0x2044495b;
  return isShifted ? given(at + 3, end) : messageMatters(at + 3, end);
}

function messageMatters(message: usize, end: usize): bool {
  const body = bodyAt(message);
  const word = load<u32>(body);
  // The message of a sign begins with a host name. So each comparison below reaches to a character that ends such a name.
  // A refused recipient may begin like any of these lines: in `from=<x>... User unknown` it is `from=<x>`.
  if (word == 0x6d6f7266 && load<u8>(body + 4) == 0x3d) {
    mayRefuse(body, end, message); // from=
    return true;
  }
  if (u16(word) == 0x6f74 && load<u8>(body + 2) == 0x3d) {
    const ended = endOf(body, end); // to=
    if (ended == endsRefused) add(queueIdsAt, queueIdHash(message));
    return mayRefuse(body, end, message) || ended != endsNot;
  }
  // STARTTLS=server: and a comma, which no name has.
  if (word == 0x52415453 && load<u32>(body + 4) == 0x534c5454 && load<u16>(body + 15) == 0x202c) {
    return mayRefuse(body, end, message);
  }
  // `<-- `, `--- `: LogLevel 15
  if (word == 0x202d2d3c || word == 0x202d2d2d) return mayRefuse(body, end, message);
  if (word == 0x656c7572 && load<u64>(body + 8) == 0x65725f6b63656863 && body == message) {
    return false; // ruleset=check_re(lay), which weighs nothing and has no envelope
  }
  const queueId = queueIdHash(word == 0x7373656d ? repeatedAt(message, end) : message); // mess
  // Like the end of an innocent's envelope: it weighs nothing, and nothing comes after it.
  if (isNoCommands(body, end) && !mayRefuse(body, end, message)) return has(queueIdsAt, queueId);
  add(queueIdsAt, queueId);
  return true;
}

/** `CLIENT did not issue MAIL/EXPN/VRFY/ETRN during connection to DAEMON` */
function isNoCommands(body: usize, end: usize): bool {
  for (let at = body; at + 24 <= end; at++) {
    // `] did no` or `) did no`
    if (load<u64>(at) != 0x6f6e20646964205d && load<u64>(at) != 0x6f6e206469642029) continue;
    return load<u64>(at + 8) == 0x2065757373692074 && load<u64>(at + 16) == 0x5058452f4c49414d;
  }
  return false;
}

/** What is repeated: `message repeated 5 times: [ …]`. */
function repeatedAt(message: usize, end: usize): usize {
  let at = message;
  while (at < end && load<u8>(at) != 0x5b) at++;
  return load<u8>(at + 1) == 0x20 ? at + 2 : at + 1;
}

/** Behind the queue id (8 characters of any kind, at least six digits, a colon), if there is one. */
function bodyAt(message: usize): usize {
  let at = message + 8;
  while (isDigit(load<u8>(at))) at++;
  return at >= message + 14 && load<u16>(at) == 0x203a ? at + 2 : message;
}

/** Whether it may be `RCPT... WORDS`, in whatever words (`mail/sendmail/recipients`). */
function mayRefuse(body: usize, end: usize, message: usize): bool {
  for (let at = body; at + 4 <= end; at++) {
    if (load<u32>(at) != 0x202e2e2e) continue; // ...
    add(queueIdsAt, queueIdHash(message));
    return true;
  }
  return false;
}

/** Also of `QID[1]: `, a piece of a message. */
function queueIdHash(message: usize): u32 {
  let at = message + 8;
  while (isDigit(load<u8>(at))) at++;
  return hashOf(message, at);
}

const endsNot = 0;
const endsSent = 1;
const endsRefused = 2;

/** What a delivery says first: `stat=Sent` or `User unknown`; behind that stands what the next host said. */
function endOf(body: usize, end: usize): i32 {
  for (let at = body; at + 8 <= end; at++) {
    const word = load<u64>(at);
    if (word == 0x746e65533d746174) return endsSent; // tat=Sent
    if (word == 0x6b6e752072657355 && load<u32>(at + 8) == 0x6e776f6e) return endsRefused; // User unknown
  }
  return endsNot;
}

function hashOf(start: usize, end: usize): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = (hash ^ load<u8>(at)) * 0x01000193;
  return hash;
}

function add(set: usize, hash: u32): void {
  const bit = hash & (setBits - 1);
  const at = set + (bit >> 3);
  store<u8>(at, load<u8>(at) | (u8(1) << u8(bit & 7)));
}

function has(set: usize, hash: u32): bool {
  const bit = hash & (setBits - 1);
  return ((load<u8>(set + (bit >> 3)) >> u8(bit & 7)) & 1) != 0;
}

/** @returns 0 when it is not there; the caller's text is never at 0 */
function find(start: usize, end: usize, text: usize, length: usize): usize {
  const first = load<u8>(text);
  for (let at = start; at + length <= end; at++) {
    if (load<u8>(at) == first && equals(at, text, length)) return at;
  }
  return 0;
}

function equals(at: usize, text: usize, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (load<u8>(at + i) != load<u8>(text + i)) return false;
  return true;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}
