/** A configuration with the defaults, whose files are in this folder. */
import {join} from 'node:path';
import {type Config, settingNames, settings} from '../../src/config/schema.js';

export function configIn(folder: string): Config {
  const standard = Object.fromEntries(settingNames.map((name) => [name, settings[name].standard]));
  const own = {stateDir: join(folder, 'state'), controlSocket: join(folder, 'socket')};
  return {...standard, ...own} as unknown as Config;
}
