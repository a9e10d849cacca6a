/** The settings that a command line has given, before they are read. */
import type {Raw} from './kinds/kind.js';
import type {ObsoleteName, SettingName} from './schema.js';

export type Options = Readonly<Partial<Record<SettingName | ObsoleteName, Raw>>> & {
  readonly config?: string;
};

export const isFlag = (where: string): boolean => where.startsWith('--');
