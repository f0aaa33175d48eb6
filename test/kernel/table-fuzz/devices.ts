import { readKernelNumber } from '../../../src/table/kernel-number.js';
import { SECTOR_BYTES } from '../../../src/format/index.js';
import { output, type Guest } from '../../lab/index.js';

/** A block device of the guest that tables name. */
export interface FuzzDevice {
  /** The word that names it in a table. */
  readonly path: string;
  /** A path without anything that would have to be quoted. */
  readonly node: string;
  /** `MAJOR:MINOR`, as the kernel prints it. */
  readonly numbers: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly dax: boolean;
}

/** Asks the guest about block devices. */
export async function describeDevices(guest: Guest, paths: readonly string[]): Promise<FuzzDevice[]> {
  const devices: FuzzDevice[] = [];
  for (const path of paths) {
    const script = `set -- $(stat -L -c '%t %T' ${path}); n=$((0x$1)):$((0x$2)); echo $n $(cat /sys/dev/block/$n/size /sys/dev/block/$n/queue/logical_block_size /sys/dev/block/$n/queue/dax)`;
    const [numbers = '', sectors = '0', logical = '0', dax = ''] = (await output(guest, script))
      .trim()
      .split(' ');
    const sizeBytes = BigInt(sectors) * BigInt(SECTOR_BYTES);
    devices.push({
      path,
      node: path,
      numbers,
      sizeBytes,
      logicalBlockSizeBytes: Number(logical),
      dax: dax === '1',
    });
  }
  return devices;
}

/** The device that the kernel finds by a word: a path of its, or its numbers, which wrap as all the kernel's numbers do. */
export function deviceNamed(word: string, devices: readonly FuzzDevice[]): FuzzDevice | undefined {
  const byPath = devices.find(({ path }) => path === word);
  const parts = word.split(':').map((part) => readKernelNumber(part, 'u32')?.value);
  return byPath ?? devices.find(({ numbers }) => numbers === parts.join(':'));
}
