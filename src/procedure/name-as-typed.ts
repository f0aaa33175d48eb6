import { shellLine } from '../exec.js';

/**
 * A mapping's name as it is typed in a shell: quoted where it has to be, and in the kernel's form (`\x0a`) where it has
 * characters that no terminal should get.
 */
export function nameAsTyped({ name, device }: { name: string; device: { name: string } }): string {
  const typed = /\p{Cc}/u.test(name) ? device.name : name;
  return shellLine(typed.startsWith('-') ? ['--', typed] : [typed]);
}
