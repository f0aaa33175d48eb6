import { MemoryDevice } from '../../../src/device/index.js';
import { layOut, type Geometry } from '../../../src/format/index.js';
import type { TableOptions } from '../../../src/table/index.js';
import {
  ReferenceTarget,
  TargetIoError,
  type Behaviour,
  type Pace,
  type TraceEvent,
} from '../../../src/target/index.js';
import { pattern } from '../../device/helpers.js';

export interface Recording {
  readonly mode: 'p' | 's';
  readonly behaviour: Behaviour;
  readonly options?: TableOptions;
  readonly seed?: number;
  readonly steps?: number;
  readonly cacheBlocks?: number;
  readonly originBlocks?: number;
  readonly pace?: Pace;
}

export interface Recorded {
  readonly mode: 'p' | 's';
  readonly geometry: Geometry;
  readonly startSector: number;
  readonly cache: Uint8Array;
  readonly origin: Uint8Array;
  readonly events: TraceEvent[];
}

export const BLOCK = 512;

/** A geometry of exactly this many blocks of 512 bytes, and the bytes that it needs. */
export function smallGeometry(nBlocks: number): Geometry {
  const wanted = BigInt(nBlocks);
  for (let sizeBytes = BigInt(nBlocks * BLOCK); ; sizeBytes += BigInt(BLOCK)) {
    const layout = layOut(sizeBytes, BLOCK);
    if (layout.ok && layout.geometry.nBlocks === wanted) return layout.geometry;
  }
}

/** Numbers from 0 to count - 1, the same for the same seed. */
export function dice(seed: number): (count: number) => number {
  let state = seed >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}

/** A reference target on devices of its own, `run`, and what it did to them from the format on. */
export function record(recording: Recording, run: (target: ReferenceTarget) => void): Recorded {
  const { mode, behaviour, options = {}, cacheBlocks = 8, originBlocks = 16, pace } = recording;
  const geometry = smallGeometry(cacheBlocks);
  const startSector = Number(options.start_sector ?? 0n);
  const cache = new Uint8Array(startSector * 512 + Number(geometry.dataEndBytes));
  const origin = pattern(originBlocks * BLOCK);
  const events: TraceEvent[] = [];
  const target = ReferenceTarget.load(
    { mode, origin: 'origin', cache: 'cache', block_size: BLOCK, options },
    { origin: new MemoryDevice(origin.slice()), cache: new MemoryDevice(cache.slice()) },
    { behaviour, trace: (event) => events.push(event), ...(pace && { pace }) },
  );
  target.resume();
  run(target);
  return { mode, geometry, startSector, cache, origin, events };
}

/** What programs and operators do, at random: each step one call. */
export function recordRandom(recording: Recording): Recorded {
  const { seed = 1, steps = 200, originBlocks = 16 } = recording;
  const roll = dice(seed);
  return record(recording, (target) => {
    for (let step = 0; step < steps; step += 1) {
      const sector = roll(originBlocks);
      const blocks = 1 + roll(Math.min(4, originBlocks - sector));
      const data = pattern(blocks * BLOCK, 7 * step + seed);
      const chance = roll(40);
      try {
        if (chance < 22) target.write(sector, data, { hold: roll(3) === 0, fua: roll(6) === 0 });
        else if (chance < 28) target.flush();
        else if (chance < 30) target.discard(sector, blocks);
        else if (chance < 31) target.message('flush');
        else if (chance < 33) restart(target);
        else if (chance < 35) target.finishHeldWrites();
        else target.advance(target.nowMs + roll(2000));
      } catch (error) {
        if (!(error instanceof TargetIoError)) throw error;
      }
    }
  });
}

function restart(target: ReferenceTarget): void {
  target.suspend();
  target.resume();
}
