import { benchGoals, readWords } from './goals.js';
import { benchRemoval } from './removal.js';
import { benchWatch } from './watch.js';

/**
 * `npm run bench [-- PART…] [--quick] [--forget]` measures what has a goal; `npm run bench -- removal [SCENARIO…]` needs the
 * lab, and `npm run bench -- watch [MINUTES]` root and tmux.
 */
const [part, ...words] = process.argv.slice(2);
if (part === 'removal') {
  await benchRemoval(words);
} else if (part === 'watch') {
  await benchWatch(words);
} else {
  const asked = readWords(process.argv.slice(2));
  if (asked === null) {
    throw new Error(
      'it is removal, watch, or any of start, copies, check, output, format, memory, scan, target, curve; --quick, --forget',
    );
  }
  await benchGoals(asked);
}
