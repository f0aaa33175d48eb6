import { benchPrograms } from './programs.js';
import { benchRemoval } from './removal.js';
import { benchWatch } from './watch.js';

/**
 * `npm run bench` measures what needs nothing but this machine; `npm run bench -- removal [SCENARIO…]` needs the lab, and
 * `npm run bench -- watch [MINUTES]` root and tmux.
 */
const [part, ...words] = process.argv.slice(2);
if (part === undefined) await benchPrograms();
else if (part === 'removal') await benchRemoval(words);
else if (part === 'watch') await benchWatch(words);
else throw new Error(`there is no bench "${part}": say nothing, removal or watch`);
