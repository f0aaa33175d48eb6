import { writeFileSync } from 'node:fs';
import { SCREEN_PICTURE, screenPicture } from './screen-picture.js';

/** `npm run picture`: the screen of `wcache status --watch` as a picture for the README. */
const svg = await screenPicture();
writeFileSync(SCREEN_PICTURE, svg);
process.stdout.write(`${SCREEN_PICTURE}: ${(svg.length / 1024).toFixed(0)} KiB\n`);
