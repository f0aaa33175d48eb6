import { testsOnX86 } from './on-x86.js';

testsOnX86('s');
