import { statSync } from 'node:fs';
import { join } from 'node:path';
import { loopBacking } from './loop-backing.js';
import { type BlockDeviceFacts, readFact } from './sysfs.js';

/**
 * The ids that a whole disk, an array, a mapping or a loop device has in sysfs, each with its scheme.
 *
 * @param folder the device's folder in sysfs.
 */
export function diskIds(facts: BlockDeviceFacts, folder: string): string[] {
  const wwid = meaningful(readFact(join(folder, 'wwid')) ?? readFact(join(folder, 'device/wwid')));
  const pmemUuid = facts.name.startsWith('pmem') ? meaningful(readFact(join(folder, 'device/uuid'))) : null;
  const mdUuid = meaningful(readFact(join(folder, 'md/uuid')));
  return [
    ...(wwid === null ? [] : [`wwid:${wwid}`]),
    ...serialIds(folder),
    ...(facts.dmUuid === null ? [] : [`dm-uuid:${facts.dmUuid}`]),
    ...(mdUuid === null ? [] : [mdUuidId(mdUuid)]),
    ...(pmemUuid === null ? [] : [`pmem-uuid:${pmemUuid.toLowerCase()}`]),
    ...loopIds(folder),
  ];
}

/** The id of an array: its uuid in hexadecimal alone, because mdadm and the kernel divide it in different places. */
export function mdUuidId(uuid: string): string {
  return `md-uuid:${uuid.toLowerCase().replaceAll(/[^0-9a-f]/g, '')}`;
}

function serialIds(folder: string): string[] {
  const serial = meaningful(readFact(join(folder, 'serial')) ?? readFact(join(folder, 'device/serial')));
  if (serial === null) return [];
  const model = meaningful(readFact(join(folder, 'device/model')) ?? readFact(join(folder, 'device/name')));
  // The namespaces of an NVMe controller have its serial number in common.
  const namespace = readFact(join(folder, 'nsid'));
  return [`serial:${model ?? '-'}:${serial}${namespace === null ? '' : `:ns${namespace}`}`];
}

/** The file behind a loop device. It is another one once it was copied, or moved to another path. */
function loopIds(folder: string): string[] {
  const loop = loopBacking(folder);
  if (loop === null) return [];
  try {
    const stats = statSync(loop.path, { bigint: true });
    if (!stats.isFile()) return [];
    const start = loop.offsetBytes === 0n ? '' : `+${String(loop.offsetBytes)}`;
    return [`loop-file:${String(stats.ino)}${start}:${loop.path}`];
  } catch {
    return [];
  }
}

/** Null for what makers and drivers put where they had none: nothing, zeros, `eui.0000000000000000`, `(null)`. */
function meaningful(text: string | null): string | null {
  const value = text?.trim().replaceAll(/\s+/g, '_') ?? '';
  return value === '(null)' || /^(?:[a-z0-9]+\.)?[0-]*$/i.test(value) ? null : value;
}
