import { testsOnKernel } from './on-kernel.js';

testsOnKernel('uml-6.1', ['s']);
