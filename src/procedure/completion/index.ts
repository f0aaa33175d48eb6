export { applyPlan } from './apply.js';
export { askZsh } from './ask-zsh.js';
export { bashFindsCompletion } from './bash-finds.js';
export { planInstall, planUninstall, type CompletionRequest, type PlannedFile } from './plan.js';
export type { Owner } from './places.js';
export { shellsHere } from './shells-here.js';
export { linesIn } from './zsh-lines.js';
