import { join } from 'node:path';
import { frameOf } from '../src/ui/watch/frame.js';
import { lookFor } from '../src/ui/watch/look.js';
import { INITIAL_STATE } from '../src/ui/watch/state.js';
import { Watcher } from '../src/watch/index.js';
import { projectDirectory } from '../test/lab/project.js';
import { ModelMachine } from '../test/watch/model-machine.js';
import { ansiToSvg } from './ansi-svg.js';

/** Where the picture of the screen is kept. */
export const SCREEN_PICTURE = join(projectDirectory, 'man/status-watch.svg');

const SIZE = { columns: 100, rows: 32 };
/** What happens on each is told by its place (`mixed` in test/watch/model-machine.ts); the screen sorts them. */
const NAMES = ['db-main', 'archive', 'ingest', 'builds', 'media', 'vm-images'];
const SELECTED = 'db-main';
/** Until the charts have something to show, and a burst is under way. */
const LOOKS = 80;
const INTERVAL_MS = 1000;
/** What the clock shows, wherever this runs. */
const TIME = new Date(2026, 0, 5, 12, 1, 40);

/**
 * The screen of `wcache status --watch` over caches that are made up, as an SVG. Time is the model's, so it is the same
 * each time.
 */
export async function screenPicture(): Promise<string> {
  const machine = await ModelMachine.create({ names: NAMES, script: 'mixed', scale: 256, warmUpMs: 20_000 });
  const watcher = new Watcher(machine, null);
  let view = await watcher.look();
  for (let look = 1; look < LOOKS; look += 1) {
    await machine.advance(INTERVAL_MS);
    view = await watcher.look();
  }
  const selectedKey = view.caches.find(({ name }) => name === SELECTED)?.key ?? null;
  const feed = {
    ...{ view: { ...view, time: TIME }, nowMs: view.atMs, intervalMs: INTERVAL_MS },
    ...{ failure: null, tasks: [], until: null },
  };
  const look = lookFor({ LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' });
  const { picture } = frameOf({ ...INITIAL_STATE, selectedKey }, feed, SIZE, look);
  return ansiToSvg(picture.parts.flat().join('\n'), SIZE);
}
