import { execFileSync } from 'node:child_process';
import { symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeImage, DIRTY } from './cli/images.js';
import { ROOT, scratchFolder } from './cli/wcache.js';

it("is imported as 'wcache', with types", () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/wcache'));
  const image = writeImage(folder, DIRTY);
  const source = `
    import { inspect, openDevice, type Inspection } from 'wcache';
    const device = openDevice(${JSON.stringify(image)}, { access: 'read' });
    const found: Inspection = await inspect(device);
    const live: number = found.entries?.live ?? 0;
    device.close();
    process.stdout.write(found.state + ' ' + String(live));
  `;
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'user.ts'), source);
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  execFileSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      ...[
        '--strict',
        '--skipLibCheck',
        '--target',
        'es2023',
        '--module',
        'nodenext',
        '--types',
        'node',
        'user.ts',
      ],
    ],
    { cwd: folder, stdio: 'pipe' },
  );
  expect(execFileSync(process.execPath, ['user.js'], { cwd: folder, encoding: 'utf8' })).toBe('dirty 5');
});
