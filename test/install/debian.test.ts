import { cpSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectDirectory } from '../lab/project.js';
import { packages, plainEnvironment, type Packages } from './packages.js';
import { filesBelow, openFolder, printed, say } from './users.js';

let made: Packages;

beforeAll(async () => {
  made = await packages();
});

/** What `dpkg-deb` says of the package. */
function field(name: string): string {
  return printed(['dpkg-deb', '--field', made.debian, name]).trim();
}

function unpacked(): string {
  const folder = join(openFolder(), 'unpacked');
  printed(['dpkg-deb', '--raw-extract', made.debian, folder]);
  return folder;
}

describe("Debian's package", () => {
  it('says what it is, and needs Node and dmsetup', () => {
    const { version } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect([field('Package'), field('Version'), field('Architecture')]).toEqual(['wcache', version, 'all']);
    expect(field('Depends')).toBe('nodejs (>= 20.19), dmsetup');
  });

  it('pleases lintian, also where it only informs or is pedantic', () => {
    const { LC_ALL = '' } = plainEnvironment('/');
    const words = ['--no-cfg', '--allow-root', '--display-info', '--pedantic', '--fail-on', 'pedantic'];
    expect(printed(['lintian', ...words, made.debian], { env: { LC_ALL } })).toBe('');
  });

  it('has what it should, where Debian has it', () => {
    const folder = unpacked();
    const names = (path: string): string[] => readdirSync(join(made.tree, path));
    const pages = names('man').filter((name) => /\.[1-9]$/.test(name));
    const scripts = names('dist/bundle');
    expect(scripts).toContain('wcache.cjs');
    const home = 'usr/share/wcache';
    expect(filesBelow(folder)).toEqual(
      [
        ...['control', 'md5sums', 'postinst', 'postrm', 'prerm'].map((name) => `DEBIAN/${name}`),
        ...['metrics.service', 'metrics.timer', 'metrics-server.service'].map(
          (name) => `usr/lib/systemd/system/wcache-${name}`,
        ),
        'usr/bin/wcache',
        'usr/share/bash-completion/completions/wcache',
        'usr/share/fish/vendor_completions.d/wcache.fish',
        'usr/share/zsh/vendor-completions/_wcache',
        ...['README.md.gz', 'changelog.gz', 'copyright'].map((name) => `usr/share/doc/wcache/${name}`),
        'usr/share/lintian/overrides/wcache',
        ...pages.map((page) => `usr/share/man/man${page.slice(-1)}/${page}.gz`),
        ...['wcache', 'scripts'].map((name) => `${home}/bin/${name}.cjs`),
        ...scripts.filter((name) => name.endsWith('.cjs')).map((name) => `${home}/dist/bundle/${name}`),
        `${home}/dist/monitoring`,
        `${home}/dist/src/scan/search-worker.js`,
        ...['alert-rules.yml', 'grafana-dashboard.json'].map((name) => `${home}/monitoring/${name}`),
        ...['oclif.manifest.json', 'package.json'].map((name) => `${home}/${name}`),
        ...names('dist/schemas').map((name) => `${home}/schemas/${name}`),
      ].sort(),
    );
  });

  it('keeps to the modes of a system, whatever the umask was', () => {
    const lines = printed(['dpkg-deb', '--contents', made.debian]).trimEnd().split('\n');
    const odd = lines.filter((line) => !/^(?:drwxr-xr-x|-rw-r--r--|lrwxrwxrwx) root\/root /.test(line));
    expect(odd.map((line) => line.replace(/ root.* \.\//, ' '))).toEqual([
      '-rwxr-xr-x usr/share/wcache/bin/wcache.cjs',
    ]);
  });

  it('has its checksums, and every third party with a licence', () => {
    const folder = unpacked();
    printed(['md5sum', '--check', '--quiet', 'DEBIAN/md5sums'], { cwd: folder });
    const copyright = readFileSync(join(folder, 'usr/share/doc/wcache/copyright'), 'utf8');
    const licences = [...copyright.matchAll(/^License: (\S+)\n .*\S/gm)].map(([, name = '']) => name);
    const used = [...copyright.matchAll(/^Files: [^]*?^License: (\S+)$/gm)].map(([, name = '']) => name);
    expect(licences.sort()).toEqual([...new Set(used)].sort());
    const packagesInBundle = JSON.parse(readFileSync(join(made.tree, 'dist/third-party.json'), 'utf8')) as {
      readonly name: string;
    }[];
    for (const { name } of packagesInBundle) expect(copyright).toContain(` node_modules/${name}/*\n`);
  });

  it('has units in which systemd finds no fault', () => {
    const folder = unpacked();
    const units = readdirSync(join(folder, 'usr/lib/systemd/system')).map((name) => {
      const path = join(folder, 'usr/lib/systemd/system', name);
      // systemd would look for the program in this machine's own folders.
      const text = readFileSync(path, 'utf8').replace(
        'ExecStart=wcache',
        `ExecStart=${folder}/usr/bin/wcache`,
      );
      writeFileSync(path, text);
      return path;
    });
    expect(units).toHaveLength(3);
    expect(say(['systemd-analyze', 'verify', '--man=no', ...units])).toEqual({
      stdout: '',
      stderr: '',
      status: 0,
    });
  });

  it('is the same to the byte, whenever and however it is made', () => {
    const tree = join(openFolder(), 'elsewhere');
    cpSync(made.tree, tree, { recursive: true });
    symlinkSync(join(projectDirectory, 'node_modules'), join(tree, 'node_modules'));
    const env = { ...plainEnvironment(tree), TZ: 'Asia/Tokyo', LC_ALL: 'C' };
    const script = 'umask 077 && exec "$0" bin/package-deb.js';
    const again = printed(['sh', '-c', script, process.execPath], { cwd: tree, env }).trim();
    expect(basename(again)).toBe(`wcache_${field('Version')}_all.deb`);
    expect(readFileSync(again).equals(readFileSync(made.debian))).toBe(true);
  });
});
