export * from './device-mapper.js';
export * from './dmsetup-words.js';
export { Dmsetup } from './dmsetup.js';
export { noSuchMapping } from './no-such-mapping.js';
export * from './live-cache.js';
export { releaseAll, takeLock, type Lock } from './lock.js';
export * from './require.js';
export { thisKernel } from './this-kernel.js';
export { udevRuns } from './udev.js';
