import { benchPrograms } from './programs.js';
import { benchRemoval } from './removal.js';

/** `npm run bench` measures what needs nothing but this machine; `npm run bench -- removal [SCENARIO…]` needs the lab. */
const [part, ...words] = process.argv.slice(2);
if (part === undefined) await benchPrograms();
else if (part === 'removal') await benchRemoval(words);
else throw new Error(`there is no bench "${part}": say nothing, or removal`);
