/** The backends that hold blocks in sets, on the real kernel. */
import {describeBackends} from './backends.js';

describeBackends(['ipset', 'ipset with iptables-legacy', 'nftables']);
