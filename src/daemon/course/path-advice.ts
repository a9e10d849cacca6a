/**
 * Checks whether the paths of a configuration can work on this machine. A daemon starts even if
 * they cannot: a log or a folder may be created later. `checked.ts` decides what a daemon refuses.
 */
import {type Config, keyOf, type SettingName} from '../../config/schema.js';
import {
  readTextFile,
  whyNoFolder,
  whyNoFolderFor,
  whyNotRead,
  whyNotRun,
  whyNotWritten,
} from '../../sys/disk/text-file.js';
import {withHelp} from '../../hearing/unread.js';
import {isPattern, logsLike} from '../../sys/follow/glob.js';
import {hasJournal} from '../../sys/journal/journalctl.js';
import {longestPathBytes} from '../../sys/talk/control-socket.js';

export interface PathAdvice {
  /** The setting's key. */
  readonly key: string;
  readonly what: string;
}

export function pathAdvice(config: Config): PathAdvice[] {
  const {whiteList, warnCommand, mailActionCommand, controlSocket, stateDir, metricsFile, dryRun} =
    config;
  const list = readTextFile(whiteList);
  const found: [SettingName, string | undefined][] = [
    ...config.syslogMsgsFile.map((name): [SettingName, string | undefined] => [
      'syslogMsgsFile',
      whyNoSource(name),
    ]),
    ['whiteList', list.kind === 'text' ? undefined : `${list.why}: it exempts nobody`],
    ['warnCommand', warnCommand === '' ? undefined : whyNotRun(warnCommand)],
    ['mailActionCommand', mailActionCommand === '' ? undefined : whyNotRun(mailActionCommand)],
    ...sameFiles(config),
  ];
  if (!dryRun) {
    found.push(
      ['stateDir', whyNoFolder(stateDir)],
      ['controlSocket', whyNoSocket(controlSocket)],
      ['metricsFile', metricsFile === '' ? undefined : whyNotReplaced(metricsFile)],
    );
  }
  return found.flatMap(([name, what]) => (what === undefined ? [] : {key: keyOf(name), what}));
}

function whyNoSource(name: string): string | undefined {
  if (name === 'auto') return undefined;
  if (name === 'journal') return hasJournal() ? undefined : 'there is no journal here';
  if (!isPattern(name)) {
    const why = whyNotRead(name);
    return why === undefined ? undefined : `${name}: ${withHelp(why)}`;
  }
  return logsLike(name).length > 0 ? undefined : `${name}: no such file`;
}

function whyNoSocket(path: string): string | undefined {
  return Buffer.byteLength(path) > longestPathBytes
    ? `longer than the ${longestPathBytes} bytes that the path of a socket can have`
    : whyNoFolderFor(path);
}

/** The daemon writes a new file next to the old one, and renames it. */
const whyNotReplaced = (path: string): string | undefined =>
  whyNotWritten(path) ?? whyNotWritten(`${path}.new`);

/**
 * Output files that are also another setting's file: writing would destroy that file, or blocksmtp
 * would read its own output as a log.
 */
function sameFiles(config: Config): [SettingName, string][] {
  const read: [SettingName, string][] = [
    ...config.syslogMsgsFile.map((name): [SettingName, string] => ['syslogMsgsFile', name]),
    ['whiteList', config.whiteList],
  ];
  return (['logFile', 'metricsFile'] as const).flatMap((name) =>
    read
      .filter(([, path]) => path === config[name] && path !== '/dev/null')
      .map(([other, path]): [SettingName, string] => [name, `${path} is ${keyOf(other)} too`]),
  );
}
