import { testsOnKernel } from './on-kernel.js';

testsOnKernel('debian-6.12', ['s', 'p']);
