import { MemoryDevice } from '../../device/index.js';
import {
  decodeSuperblock,
  geometryOf,
  layOut,
  SECTOR_BYTES,
  SUPERBLOCK_MAGIC,
  type Geometry,
} from '../../format/index.js';
import type { WritecacheTable } from '../../table/index.js';
import type { Behaviour } from '../behaviour.js';
import type { Choose } from '../choose.js';
import type { Pace } from '../copy.js';
import { EndlessWait, KernelBug } from '../errors.js';
import { ReferenceTarget } from '../reference-target.js';
import type { TraceEvent } from '../trace.js';
import { Ledger } from './ledger.js';
import { stamped } from './stamps.js';
import { perform, type WorkloadStep } from './workload.js';

/** What is run, on which devices. */
export interface Scenario {
  /** The names of its devices are not looked at. */
  readonly table: WritecacheTable;
  /** What the devices hold at first: not changed. The mapped device is as long as the origin. */
  readonly cache: Uint8Array;
  readonly origin: Uint8Array;
  /** What is done after the first resume. */
  readonly steps: readonly WorkloadStep[];
  readonly behaviour: Behaviour;
  readonly choose?: Choose;
  readonly pace?: Pace;
}

/** What came of it. */
export interface Run {
  readonly events: readonly TraceEvent[];
  readonly ledger: Ledger;
  readonly geometry: Geometry;
  readonly startSector: number;
  /** How many events the load of the table made, with its format. */
  readonly loadEvents: number;
  /** Why it ended before its last step: a kernel would have died here, or waited for ever. */
  readonly endedBy: string | null;
}

/** Runs the scenario to its end, or to where a kernel would die. */
export function run(scenario: Scenario): Run {
  const { table, cache, origin, behaviour, choose, pace } = scenario;
  const events: TraceEvent[] = [];
  const ledger = new Ledger();
  const blockSectors = table.block_size / SECTOR_BYTES;
  let versions: readonly number[] = [];
  const trace = (event: TraceEvent): void => {
    note(ledger, event, events.length, blockSectors, versions);
    events.push(event);
  };
  const target = ReferenceTarget.load(
    table,
    { cache: new MemoryDevice(new Uint8Array(cache)), origin: new MemoryDevice(new Uint8Array(origin)) },
    { behaviour, trace, ...(choose && { choose }), ...(pace && { pace }) },
  );
  const loadEvents = events.length;
  const endedBy = untilItDies(() => {
    target.resume();
    for (const step of scenario.steps) {
      perform(target, step, blockSectors, ({ startSector, blocks }) => {
        versions = ledger.newVersions(blocks);
        return contentOf(startSector, versions, table.block_size);
      });
    }
  });
  return { events, ledger, ...placeOf(scenario), loadEvents, endedBy };
}

function note(
  ledger: Ledger,
  event: TraceEvent,
  index: number,
  blockSectors: number,
  versions: readonly number[],
): void {
  if (event.op === 'acknowledge') ledger.acknowledge(event.id, index);
  if (event.op !== 'request') return;
  const { id, request } = event;
  if (request.kind === 'flush') ledger.flush(id, index);
  else if (request.kind === 'write') {
    ledger.write(id, request.startSector / blockSectors, versions, request.fua, index);
  } else {
    ledger.discard(id, request.startSector / blockSectors, request.lengthSectors / blockSectors, index);
  }
}

function contentOf(startSector: number, versions: readonly number[], blockSize: number): Uint8Array {
  const data = new Uint8Array(versions.length * blockSize);
  versions.forEach((version, i) => {
    data.set(stamped(startSector + (i * blockSize) / SECTOR_BYTES, version, blockSize), i * blockSize);
  });
  return data;
}

function untilItDies(play: () => void): string | null {
  try {
    play();
    return null;
  } catch (error) {
    if (error instanceof KernelBug || error instanceof EndlessWait) return error.message;
    throw error;
  }
}

/** A cache that is not blank tells itself how many blocks it has. */
function placeOf({ table, cache }: Scenario): { geometry: Geometry; startSector: number } {
  const startSector = Number(table.options.start_sector ?? 0n);
  const superblock = decodeSuperblock(cache.subarray(startSector * SECTOR_BYTES));
  if (superblock.magic === SUPERBLOCK_MAGIC) {
    return { geometry: geometryOf(table.block_size, superblock.n_blocks), startSector };
  }
  const layout = layOut(BigInt(cache.length - startSector * SECTOR_BYTES), table.block_size, table.mode);
  if (!layout.ok) throw new RangeError('the target has formatted a cache for which there is no room');
  return { geometry: layout.geometry, startSector };
}
