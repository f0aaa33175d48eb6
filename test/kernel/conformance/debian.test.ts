import { testsOnKernel } from './on-kernel.js';

// In ssd mode the suite runs on user-mode Linux, where it takes a fraction of the time; this kernel has passed it too.
testsOnKernel('debian-6.12', ['p']);
