import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectDirectory } from '../lab/project.js';
import { installedFromNpm, registryCache, type Installed } from './installed.js';
import { packages, plainEnvironment, type Packages } from './packages.js';
import { filesBelow, isRoot, openFolder, printed, say } from './users.js';

const packageJson = z.object({
  version: z.string(),
  man: z.array(z.string()).optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

let made: Packages;
let installed: Installed;
/** The package where it is installed. */
let home: string;

beforeAll(async () => {
  made = await packages();
  installed = await installedFromNpm();
  home = join(installed.prefix, 'lib/node_modules/wcache');
});

function readPackage(folder: string): z.infer<typeof packageJson> {
  return packageJson.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

/** The files of the tarball; what it was unpacked to has what ran there besides, and what it depends on. */
function packed(): string[] {
  return execFileSync('tar', ['--list', '--file', made.npm], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^package\//, ''));
}

describe('the tarball', () => {
  it('has what runs, what is read, and nothing else', () => {
    const kinds = [
      /^bin\/(?:wcache|scripts)\.cjs$/,
      /^dist\/bundle\/(?:[\w-]+\.cjs|THIRD-PARTY-LICENSES)$/,
      /^dist\/src\/[\w/-]+(?:\.d\.ts|\.js)$/,
      /^dist\/schemas\/\w+\.json$/,
      /^dist\/monitoring\/[\w-]+\.(?:json|yml|service|timer)$/,
      /^man\/(?:wcache[\w-]*\.[578]|status-watch\.svg)$/,
      /^(?:README|CHANGELOG)\.md$/,
      /^(?:LICENSE|package\.json|oclif\.manifest\.json)$/,
    ];
    const files = packed();
    for (const kind of kinds) {
      expect(
        files.some((file) => kind.test(file)),
        String(kind),
      ).toBe(true);
    }
    expect(files.filter((file) => !kinds.some((kind) => kind.test(file)))).toEqual([]);
  });

  it('has every manual page, and npm is told of each', () => {
    const pages = readdirSync(join(projectDirectory, 'man')).filter((name) => /\.[1-9]$/.test(name));
    expect(readPackage(projectDirectory).man?.toSorted()).toEqual(
      pages.map((name) => `./man/${name}`).sort(),
    );
    expect(packed().filter((file) => /\.[1-9]$/.test(file))).toHaveLength(pages.length);
  });

  it('runs nothing when it is installed, nor does anything that it depends on', () => {
    const all = filesBelow(installed.prefix).filter((file) => file.endsWith('/package.json'));
    const folders = all.map((file) => dirname(join(installed.prefix, file)));
    expect(folders.length).toBeGreaterThan(10);
    for (const folder of folders) {
      const { scripts = {} } = z
        .object({ scripts: z.record(z.string(), z.string()).optional() })
        .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
      expect(
        Object.keys(scripts).filter((name) => /^(?:pre|post)?install$/.test(name)),
        folder,
      ).toEqual([]);
      expect(existsSync(join(folder, 'binding.gyp')), folder).toBe(false);
    }
  });

  it('tells nothing of the machine that it was built on', () => {
    const secrets = [made.tree, projectDirectory, `${homedir()}/`, '/.cache/', 'making-'];
    for (const file of packed()) {
      const text = readFileSync(join(home, file), 'utf8');
      for (const secret of secrets) expect(text.includes(secret), `${secret} in ${file}`).toBe(false);
    }
  });

  it('has all that the library imports', () => {
    const { dependencies = {} } = readPackage(home);
    const modules = packed().filter((file) => /^dist\/src\/.*(?:\.js|\.d\.ts)$/.test(file));
    const needed = ['./dist/src/index.js', './dist/src/index.d.ts', './dist/src/scan/search-worker.js'];
    const seen = new Set(needed.map((file) => file.slice(2)));
    for (const file of seen) {
      expect(modules).toContain(file);
      for (const name of importsOf(file)) {
        if (name.startsWith('.')) {
          const path = join(dirname(file), name);
          seen.add(file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path);
        } else if (!name.startsWith('node:')) {
          expect(Object.keys(dependencies), `${name} in ${file}`).toContain(name.split('/')[0]);
        }
      }
    }
    expect(seen.size).toBeGreaterThan(100);
  });

  it('names everybody whose code is in the bundle, with the licence', () => {
    const licences = readFileSync(join(home, 'dist/bundle/THIRD-PARTY-LICENSES'), 'utf8');
    const groups = licences.split(/^-{80}$/m).slice(1);
    const named = new Map<string, string>();
    for (const group of groups) {
      const [, names = '', text = ''] = /^\n([^]*?)\n\n([^]*)$/.exec(group) ?? [];
      for (const line of names.split('\n')) named.set(/^(\S+) \S+ \(.+\)$/.exec(line)?.[1] ?? line, text);
    }
    const bundled = new Set<string>();
    for (const script of packed().filter((file) => /^dist\/bundle\/.*\.cjs$/.test(file))) {
      const comments = readFileSync(join(home, script), 'latin1').matchAll(
        /^\s*\/\/ (?:\S*\/)?node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\/\S+$/gm,
      );
      for (const [, name = ''] of comments) bundled.add(name);
    }
    expect(bundled.size).toBeGreaterThan(50);
    for (const name of bundled) {
      expect(named.get(name) ?? '', name).toMatch(/permission|licensed?|redistribut/i);
    }
  });

  function importsOf(file: string): string[] {
    const text = readFileSync(join(home, file), 'utf8');
    const imports = text.matchAll(
      /(?:^(?:import|export)\s(?:[^'";]*\sfrom\s)?|\bimport\()['"](?<name>[^'"]+)['"]/gm,
    );
    return [...imports].map(({ groups }) => groups?.['name'] ?? '');
  }
});

describe('installed globally', () => {
  it('has nothing of what it was developed with, and is small', () => {
    const { dependencies = {}, devDependencies = {} } = readPackage(home);
    const modules = readdirSync(join(home, 'node_modules'));
    expect(modules).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    for (const name of Object.keys(devDependencies)) expect(modules).not.toContain(name.split('/')[0]);
    const [kibibytes = ''] = printed(['du', '--summarize', '--apparent-size', installed.prefix]).split('\t');
    expect(Number(kibibytes)).toBeLessThan(16 * 1024);
  });

  it.each([
    ['root', false],
    ['nobody', true],
  ])('works from anywhere, as %s', (_who, asNobody) => {
    const cwd = openFolder();
    const env = { PATH: `${installed.prefix}/bin:/usr/bin:/bin` };
    const wcache = (...words: string[]): string => printed(['wcache', ...words], { cwd, env, asNobody });
    expect(wcache('--version')).toBe(
      `wcache/${readPackage(home).version} linux-${process.arch} node-${process.version}\n`,
    );
    expect(wcache('--help')).toContain('VERSION');
    expect(wcache('metrics', '--alert-rules')).toContain('groups:');
    printed(['truncate', '--size=64M', 'cache.img'], { cwd, asNobody });
    expect(wcache('size', 'cache.img')).toContain('4096');
    expect(wcache('format', 'cache.img', '--block-size', '4096', '--yes')).toContain('cache.img');
    expect(wcache('inspect', 'cache.img')).toContain('cache.img: clean writecache');
    expect(JSON.parse(wcache('check', 'cache.img', '--json'))).toMatchObject({ ok: true, problems: [] });
  });

  it('works from a place where nothing can be written, and keeps nothing there', () => {
    const before = filesBelow(installed.prefix);
    const show = ['metrics', '--dashboard'];
    const script = [
      ...['mount --bind "$0" "$0"', 'mount -o remount,bind,ro "$0"'],
      ...['! touch "$0"/x 2>/dev/null', 'exec "$0"/bin/wcache "$@"'],
    ].join(' && ');
    const words = isRoot
      ? ['unshare', '--mount', 'sh', '-c', script, installed.prefix, ...show]
      : [installed.program, ...show];
    expect(() => JSON.parse(printed(words)) as unknown).not.toThrow();
    expect(filesBelow(installed.prefix)).toEqual(before);
  });

  it('has its manual where man looks for what is in PATH', () => {
    const env = { PATH: `${installed.prefix}/bin:/usr/bin:/bin`, MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
    for (const page of readPackage(home).man ?? []) {
      const [, name = '', section = ''] = /\/([^/]+)\.(\d)$/.exec(page) ?? [];
      const found = printed(['man', '--where', section, name], { env }).trim();
      expect(found).toBe(join(home, page));
    }
    expect(printed(['man', 'wcache', 'create'], { env })).toContain('WCACHE-CREATE(8)');
  });

  it('is a library with types, and has the schemas', () => {
    const cwd = openFolder();
    mkdirSync(join(cwd, 'node_modules'));
    symlinkSync(home, join(cwd, 'node_modules/wcache'));
    writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(cwd, 'program.ts'),
      `import { withDevice } from 'wcache';
       import schema from 'wcache/schemas/inspect.json' with { type: 'json' };
       const size = await withDevice('cache.img', { access: 'read' }, (device) => Promise.resolve(device.sizeBytes));
       const no: 'no' = size;
       throw new Error(\`\${String(size)} \${typeof schema}\`);`,
    );
    printed(['truncate', '--size=1M', 'cache.img'], { cwd });
    const compiler = join(projectDirectory, 'node_modules/typescript/bin/tsc');
    const options = ['--strict', '--skipLibCheck', '--target', 'es2023', '--lib', 'es2023'];
    const modules = ['--module', 'nodenext', '--resolveJsonModule', '--pretty', 'false'];
    const { stdout } = say([process.execPath, compiler, ...options, ...modules, 'program.ts'], { cwd });
    // The one mistake in it is found, so the types are there.
    expect(stdout).toMatch(
      /^program\.ts\(4,\d+\): error TS2322: Type 'bigint' is not assignable to type '"no"'\.\n$/,
    );
    const run = say([process.execPath, '--no-warnings', 'program.js'], { cwd });
    expect(run.stderr).toContain('Error: 1048576 object');
  });
});

it('is installed without any network where npm has what the registry gives, and leaves nothing behind', async () => {
  const folder = openFolder();
  const prefix = join(folder, 'prefix');
  const options = ['--global', `--prefix=${prefix}`];
  const offline = [`--cache=${await registryCache()}`, '--offline', '--no-audit', '--no-fund'];
  const cut = isRoot ? ['unshare', '--net'] : [];
  const env = plainEnvironment(folder);
  printed([...cut, 'npm', 'install', ...options, ...offline, made.npm], { env });
  // What it keeps of its own goes as well.
  printed([join(prefix, 'bin/wcache'), 'help', 'size']);
  printed([...cut, 'npm', 'uninstall', ...options, 'wcache'], { env });
  expect(filesBelow(prefix)).toEqual([]);
});
