export { DEBIAN_6_12, type KernelTraits, UML_6_1 } from './kernel-traits.js';
export { IoWouldWait } from './mapping-view.js';
export { ModelMapper, type ModelMapperOptions, type NewBacking } from './model-mapper.js';
