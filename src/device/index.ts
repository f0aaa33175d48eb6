export { alignedBuffer, isAligned } from './aligned-buffer.js';
export type { BlockDevice, Bytes } from './block-device.js';
export { formatDeviceNumber } from './device-number.js';
export { type Faults, FaultyDevice, type FaultyRange } from './faulty-device.js';
export { FileDevice, type FileDeviceOptions } from './file-device.js';
export { memoryPageBytes } from './memory-page.js';
export { MemoryDevice, type MemoryDeviceOptions } from './memory-device.js';
export { openDevice, type OpenDeviceOptions, type OpenedDevice } from './open-device.js';
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
export { withDevice } from './with-device.js';
