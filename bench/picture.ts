import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectDirectory } from '../test/lab/project.js';
import { ansiToSvg } from './ansi-svg.js';
import { Terminals } from './terminal.js';

/** `npm run picture`: the screen of `wcache status --watch` as a picture for the README, of caches that are made up. */

const SIZE = { columns: 100, rows: 32 };
/** What happens on each is told by its place (`mixed` in test/watch/model-machine.ts); the screen sorts them. */
const NAMES = ['db-main', 'archive', 'ingest', 'builds', 'media', 'vm-images'];
/** Down to db-main. */
const KEYS = ['j', 'j'];
/** For the charts to have something to show. */
const SECONDS = Number(process.argv[2] ?? 100);
const picture = join(projectDirectory, 'man/status-watch.svg');

const folder = mkdtempSync(join(tmpdir(), 'wcache-picture-'));
const terminals = new Terminals(join(folder, 'tmux'));
try {
  const rig = join(projectDirectory, 'dist/test/watch/rig.js');
  const words = `--names ${NAMES.join(',')} --script mixed -- --interval 1s`;
  terminals.start('picture', SIZE, `exec ${process.execPath} ${rig} ${words}`);
  await sleep(SECONDS * 1000);
  terminals.press('picture', ...KEYS);
  await sleep(2000);
  const screen = terminals.capture('picture', { colours: true });
  if (!screen.includes('db-main')) throw new Error(`this is not the screen:\n${screen}`);
  const svg = ansiToSvg(screen, SIZE);
  writeFileSync(picture, svg);
  process.stdout.write(`${picture}: ${(svg.length / 1024).toFixed(0)} KiB\n`);
} finally {
  terminals.end();
  rmSync(folder, { recursive: true, force: true });
}
