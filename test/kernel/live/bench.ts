import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boot, createSparse, output, writecacheTable } from '../../lab/index.js';
import { projectDirectory } from '../../lab/project.js';
import { checkPrinted } from '../../schemas/printed.js';
import { checkScript } from '../../schemas/scripts.js';
import type { Guest, KernelName } from '../../lab/index.js';

/** Where the helpers of the tests have their files in the guest. */
export const LIVE = '/run/live';
const HERE = join(projectDirectory, 'test/kernel/live');
const MIB = 1 << 20;
const SECTORS_PER_MIB = MIB / 512;
const ORIGINS_MIB = 1024;
const CACHES_MIB = 64;

/** What a wcache in the guest came to. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The document that a verb printed with `--json`, and of an error its code. */
export interface Answered extends Ran {
  readonly document: Record<string, unknown>;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string;
}

export interface CacheOptions {
  readonly mode?: 'p' | 's';
  readonly originMiB?: number;
  readonly cacheKiB?: number;
  /** 4096 unless told. */
  readonly blockSize?: number;
  /** Of the mapping; all of the origin unless told. */
  readonly mappedSectors?: number;
  /** Optional words of the table. */
  readonly options?: readonly string[];
}

/** What a bench can have beside the usual. */
export interface BenchSettings {
  /** Words for Node, in the process that serves wcache's commands. */
  readonly nodeOptions?: string;
  readonly originsMiB?: number;
  readonly cachesMiB?: number;
}

/** A writecache with devices of its own, whose tables can be swapped: `NAME-o` is the origin, `NAME-c` the cache. */
export interface LabCache {
  readonly name: string;
  /** Of the mapping. */
  readonly sectors: number;
  /** The line that made it. */
  readonly table: string;
  /** The disk and sector where each device lies: what a linear table says of it. */
  readonly origin: Place;
  readonly cache: Place;
}

export interface Place {
  readonly disk: string;
  readonly start: number;
  readonly sectors: number;
}

export type Role = 'origin' | 'cache';

/** A guest in which wcache runs, and devices as many as a test likes. */
export class Bench {
  readonly guest: Guest;
  readonly #folder: string;
  readonly #mode: 'p' | 's';
  readonly #used = { origin: 0, cache: 0 };

  private constructor(guest: Guest, folder: string, mode: 'p' | 's') {
    this.guest = guest;
    this.#folder = folder;
    this.#mode = mode;
  }

  /** In pmem mode the caches lie on persistent memory, else on a disk. */
  static async boot(
    kernel: KernelName,
    mode: 'p' | 's' = 's',
    { nodeOptions = '', originsMiB = ORIGINS_MIB, cachesMiB = CACHES_MIB }: BenchSettings = {},
  ): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), 'live-'));
    const origin = { path: await createSparse(join(folder, 'origin'), originsMiB * MIB) };
    const cache = { path: await createSparse(join(folder, 'cache'), cachesMiB * MIB) };
    const label = `${kernel} ${mode}`;
    const disks = mode === 'p' ? { disks: [origin], pmem: [cache] } : { disks: [origin, cache] };
    const guest = await boot({ kernel, ...disks, label });
    const bench = new Bench(guest, folder, mode);
    await bench.sh(
      `
      mount -t tmpfs none /var/lib
      modprobe dm-writecache
      mkdir -p ${LIVE}/fault
      cp ${HERE}/faulty-dmsetup.sh ${LIVE}/fault/dmsetup
      mkfifo ${LIVE}/request ${LIVE}/answer
      cat >${LIVE}/words`,
      SHELL_WORDS,
    );
    await guest.run(
      `NODE_OPTIONS='${nodeOptions}' setsid ${NODE} ${projectDirectory}/dist/test/kernel/live/serve.js ${LIVE} ${projectDirectory} </dev/null >${LIVE}/log 2>&1 &`,
    );
    // It is up before anything else wants the processor.
    await bench.sh('wcache --version');
    return bench;
  }

  async end(): Promise<void> {
    await this.guest.powerCut();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs a script that must succeed (`set -e`), and returns what it printed. `words.sh` tells what it may use. */
  async sh(script: string, input?: string): Promise<string> {
    return (
      await output(
        this.guest,
        `set -e; [ ! -e ${LIVE}/words ] || . ${LIVE}/words\n${script}`,
        input === undefined ? {} : { input },
      )
    ).trim();
  }

  /** Runs a script whose end is to be looked at. JSON that it prints has to be as the published schemas tell. */
  async run(script: string): Promise<Ran> {
    const ran = await this.guest.run(`. ${LIVE}/words\n${script}`);
    checkScript(script, ran.stdout);
    return ran;
  }

  /** Runs one wcache with `--json`. Settings like NAME=value may come first. */
  async wcache(...words: readonly string[]): Promise<Answered> {
    const all = [...words, '--json'];
    const ran = await this.guest.run(`. ${LIVE}/words\nwcache ${all.map(quoted).join(' ')}`);
    checkPrinted(all, ran);
    return answered(ran);
  }

  /** A writecache on new parts of the disks. */
  async cache(name: string, options: CacheOptions = {}): Promise<LabCache> {
    const originSectors = (options.originMiB ?? 4) * SECTORS_PER_MIB;
    const sectors = options.mappedSectors ?? originSectors;
    const origin = this.#take('origin', originSectors);
    const mode = options.mode ?? this.#mode;
    // A cache in ssd mode lies on a disk, also where there is persistent memory.
    const role = mode === this.#mode ? 'cache' : 'origin';
    const cache = this.#take(role, (options.cacheKiB ?? 1024) * 2);
    const table = writecacheTable({
      mode,
      origin: `/dev/mapper/${name}-o`,
      cache: `/dev/mapper/${name}-c`,
      lengthSectors: sectors,
      ...(options.blockSize === undefined ? {} : { blockSize: options.blockSize }),
      options: options.options ?? [],
    });
    await this.sh(`
      dmsetup create ${name}-o --table '${linear(origin)}'
      dmsetup create ${name}-c --table '${linear(cache)}'
      dmsetup create ${name} --uuid WCACHE-${name} --table '${table}'`);
    return { name, sectors, table, origin, cache };
  }

  /** Puts other lines in the place of a cache's device: I/O in flight ends by the old ones. */
  async become(lab: LabCache, role: Role, ...lines: readonly string[]): Promise<void> {
    await this.sh(`become ${lab.name}-${role.charAt(0)} '${lines.join('\n')}'`);
  }

  /** The state in which a mapping is, as far as a refusal must leave it as it was. */
  snapshot(name: string): Promise<string> {
    return this.sh(`
      dmsetup table ${name}; dmsetup table --inactive ${name}; dmsetup status --noflush ${name}
      dmsetup info -c --noheadings -o attr,events,uuid,name ${name}`);
  }

  /** All writes fail from now on. */
  failWrites(lab: LabCache, role: Role): Promise<void> {
    const { disk, start, sectors } = lab[role];
    return this.become(lab, role, `0 ${String(sectors)} flakey ${disk} ${String(start)} 0 1 1 error_writes`);
  }

  mend(lab: LabCache, role: Role): Promise<void> {
    return this.become(lab, role, linear(lab[role]));
  }

  #take(role: Role, sectors: number): Place {
    const disk =
      role === 'origin' ? this.guest.disks[0] : this.#mode === 'p' ? this.guest.pmem[0] : this.guest.disks[1];
    const start = this.#used[role];
    this.#used[role] += sectors;
    return { disk: disk ?? '', start, sectors };
  }
}

export function linear({ disk, start, sectors }: Place): string {
  return `0 ${String(sectors)} linear ${disk} ${String(start)}`;
}

/** What `--json` said. */
export function answered(ran: Ran): Answered {
  const parsed: unknown = JSON.parse(ran.stdout === '' ? '{}' : ran.stdout);
  const document = parsed as Record<string, unknown>;
  const error = document['error'] as { code: string; message: string; hint?: string } | boolean | undefined;
  const told = typeof error === 'object' ? error : null;
  return { ...ran, document, code: told?.code ?? null, message: told?.message ?? '', hint: told?.hint ?? '' };
}

/** A word as a shell takes it for one. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const NODE = `'${process.execPath}'`;

/** What scripts may use beside the guest's programs. */
const SHELL_WORDS = `
# wcache, in the process that is there for it.
wcache() {
  printf '%s\\0' "$@" >${LIVE}/request
  read -r answered <${LIVE}/answer
  cat ${LIVE}/stdout
  cat ${LIVE}/stderr >&2
  return "$answered"
}
# wcache in a process of its own.
own_wcache() { ${NODE} ${projectDirectory}/bin/wcache.cjs "$@"; }
# The same for the background: $! is wcache itself then.
exec_wcache() { exec ${NODE} ${projectDirectory}/bin/wcache.cjs "$@"; }
# become MAPPING TABLE: swaps its table.
become() {
  dmsetup load "$1" --table "$2"
  dmsetup suspend --nolockfs --noflush "$1"
  dmsetup resume "$1"
}
# fill DEVICE LETTER FIRST COUNT: blocks of 4 KiB by direct writes, one by one.
fill() { tr '\\0' "$2" </dev/zero | dd of="$1" bs=4k seek="$3" count="$4" oflag=direct iflag=fullblock conv=notrunc status=none; }
# What is on a device, past the page cache, which nobody tells of writes by another way.
direct() { dd if="$1" bs=64k iflag=direct status=none; }
# has DEVICE NUMBER LETTER: so many bytes of a device are that letter.
has() { [ "$(direct "$1" | tr -cd "$3" | wc -c)" = "$2" ]; }
# same DEVICE DEVICE: they have the same content.
same() { [ "$(direct "$1" | md5sum)" = "$(direct "$2" | md5sum)" ]; }
# status_is NAME PATTERN: whether its status, from the error flag on, is one that the shell's pattern fits.
status_is() {
  read -r _ _ _ status <<END
$(dmsetup status --noflush "$1")
END
  case $status in $2) return 0 ;; *) return 1 ;; esac
}
# under_way VERB NUMBER: whether so many dmsetup processes of that verb are there.
under_way() { [ "$(ps -C dmsetup -o args= | grep -c " $1 ")" = "$2" ]; }
# hold MAPPING: its I/O waits, as long as one likes, until \`dmsetup resume\`.
hold() { dmsetup suspend --nolockfs --noflush "$1"; }
# until_so COMMAND...: waits until it succeeds, for 20 s at most.
until_so() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 400 ] || { echo "never so: $*" >&2; return 1; }
    sleep 0.05
  done
}
`;
