import { UsageError } from '../errors.js';
import { bytesOfEscaped } from './byte-escapes.js';

/** The kernel's DM_NAME_LEN and DM_UUID_LEN, without the NUL at the end. */
export const MAX_MAPPING_NAME_BYTES = 127;
export const MAX_MAPPING_UUID_BYTES = 128;

const PLAIN = /^[0-9A-Za-z#+\-.:=@_]$/;
const MANGLED_NAME = /^(?:[0-9A-Za-z#+\-.:=@_]|\\x[0-9a-fA-F]{2})*$/;
// Two of the kernel's own, and what lies beside the nodes in /dev/mapper.
const RESERVED = ['.', '..', 'control'];

/**
 * The name that the kernel gets for a mapping: libdm writes every byte that udev could stumble over as `\x20`, so
 * that a name in UTF-8 becomes several such for each letter.
 */
export function mangleName(name: string): string {
  let mangled = '';
  for (const byte of Buffer.from(name)) {
    const character = String.fromCharCode(byte);
    mangled += PLAIN.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return mangled;
}

/**
 * The name that people gave a mapping, from the kernel's; what {@link mangleName} undoes. A name whose bytes are no
 * UTF-8 stays as the kernel has it. The result may hold control characters: it is for comparing, and for a terminal
 * only after they are taken out.
 */
export function unmangleName(kernelName: string): string {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytesOfEscaped(kernelName));
  } catch {
    return kernelName;
  }
}

/**
 * Holds the name that a user gives a mapping against what device-mapper and its tools take, and returns the kernel's
 * form of it. As dmsetup does, it takes a name that is mangled already as it is.
 *
 * @throws {@link UsageError} `bad-name`
 */
export function requireMappingName(name: string): string {
  const isMangled = name.includes('\\x');
  const kernelName = isMangled ? name : mangleName(name);
  const reason = whyNot(name, kernelName);
  if (reason === null) return kernelName;
  throw new UsageError(`${JSON.stringify(name)} cannot be the name of a mapping: ${reason}.`, {
    code: 'bad-name',
    hint: 'Use letters, digits and # + - . : = @ _, such as fast-data.',
  });
}

function whyNot(name: string, kernelName: string): string | null {
  if (name === '') return 'it is empty';
  if (name.includes('/')) return 'it has a slash in it, and a mapping is named without its folder';
  if (RESERVED.includes(name)) return 'device-mapper has another use for it';
  if (name.startsWith('-')) return 'it begins with a hyphen, which programs take for an option';
  if (/\p{Cc}/u.test(name)) return 'it has a control character in it';
  if (Buffer.from(name).toString() !== name) return 'it is no Unicode text';
  if (!MANGLED_NAME.test(kernelName)) return 'it is partly in the \\x20 form of the kernel and partly not';
  // dmsetup takes this for a name that was mangled twice, and refuses it.
  if (kernelName.includes('\\x5cx')) return 'it has a backslash before an x in it';
  const bytes = kernelName.length;
  if (bytes > MAX_MAPPING_NAME_BYTES) {
    return `the kernel takes ${String(MAX_MAPPING_NAME_BYTES)} bytes, and it becomes ${String(bytes)}`;
  }
  return null;
}
