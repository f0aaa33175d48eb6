export { alignedBuffer, isAligned } from './aligned-buffer.js';
export type { BlockDevice, Bytes } from './block-device.js';
export { isMappable } from './dax.js';
export type { DevRoot } from './device-links.js';
export { formatDeviceNumber } from './device-number.js';
export { devicesAbove, overlap, underlyingDevices } from './device-tree.js';
export {
  diskStatistics,
  type DiskStatistics,
  isCounted,
  millisecondsBetween,
  parseDiskStatistics,
} from './disk-statistics.js';
export {
  mangleName,
  MAX_MAPPING_NAME_BYTES,
  MAX_MAPPING_UUID_BYTES,
  requireMappingName,
  unmangleName,
} from './dm-names.js';
export { type Faults, FaultyDevice, type FaultyRange } from './faulty-device.js';
export { FileDevice, type FileDeviceOptions } from './file-device.js';
export { type FileSystem, findFileSystem } from './file-system.js';
export { flushLater } from './flush-later.js';
export {
  bestPath,
  deviceIdentity,
  type DeviceIdentity,
  shareIdentity,
  type SharedIdentity,
  stablePath,
} from './identity.js';
export { kernelLogMark, type KernelLogReader, kernelLogSince, type KernelLogSource } from './kernel-log.js';
export { lvmOwner, type LvmOwner } from './lvm.js';
export { mappingState, type MappingState } from './mapping-state.js';
export { memoryFacts, type MemoryFacts } from './memory.js';
export { memoryPageBytes } from './memory-page.js';
export { MemoryDevice, type MemoryDeviceOptions } from './memory-device.js';
export { type DeviceMount, mountsOf } from './mounts.js';
export { openDevice, type OpenDeviceOptions, type OpenedDevice } from './open-device.js';
export { readLater } from './read-later.js';
export { type DeviceRecord, RecordingDevice } from './recording-device.js';
export { findSignatures, type Signature } from './signatures.js';
export { SparseDevice, type SparseDeviceOptions, type SparseFill } from './sparse-device.js';
export {
  type BlockDeviceFacts,
  blockDeviceFacts,
  type DeviceReference,
  type Holder,
  type SysfsRoot,
} from './sysfs.js';
export { findUses, type Use, type UsesRoots } from './uses.js';
export { VoidDevice } from './void-device.js';
export { withDevice } from './with-device.js';
