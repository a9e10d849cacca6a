/** Whether foreign JSON names a family of addresses. */
import type {Is} from '../base/shape.js';
import type {Family} from '../net/address.js';

export const isFamily: Is<Family> = (value): value is Family => value === 4 || value === 6;
