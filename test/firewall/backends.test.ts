/** The backends that need a chain alone, on the real kernel. */
import {describeBackends} from './backends.js';

describeBackends(['iptables', 'iptables-legacy']);
