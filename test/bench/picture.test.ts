import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SCREEN_PICTURE, screenPicture } from '../../bench/screen-picture.js';

it('is what the screen shows today: `npm run picture` draws it anew', async () => {
  const svg = await screenPicture();
  expect(svg).toContain('>db-main</text>');
  expect(readFileSync(SCREEN_PICTURE, 'utf8') === svg, SCREEN_PICTURE).toBe(true);
});
