/**
 * Whether JSON from outside is a word that a setting may have: used for what a daemon reports about its
 * settings.
 */
import {type Is, isText} from '../base/shape.js';
import {type Config, settings} from './schema.js';

/** The settings whose value is one of several words. */
type WordSetting = 'backend' | 'outbound' | 'greeting' | 'outgoingMail' | 'complaints';

export const isValueOf =
  <Name extends WordSetting>(name: Name): Is<Config[Name]> =>
  (value): value is Config[Name] =>
    isText(value) && settings[name].kind.read(value).ok;
