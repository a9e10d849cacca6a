/** The settings given on a command line, as text. */
import type {Raw} from './kinds/kind.js';
import type {ObsoleteName, SettingName} from './schema.js';

export type Options = Readonly<Partial<Record<SettingName | ObsoleteName, Raw>>> & {
  readonly config?: string;
};

export const isFlag = (where: string): boolean => where.startsWith('--');
