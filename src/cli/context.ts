import { findSignatures } from '../device/signatures.js';
import { findUses, type OpenedDevice } from '../device/index.js';
import { NotPossibleHereError } from '../errors.js';

/** Who uses a device now, by name. */
export function usersOf(device: OpenedDevice): string[] {
  return findUses(device).map(({ by }) => by);
}

/** What to say of a device in use whose metadata is shown; null where nobody uses it. */
export function runningNote(device: OpenedDevice): string | null {
  const users = usersOf(device);
  return users.length === 0
    ? null
    : `note: ${device.name} is in use by ${users.join(', ')}: a running cache may have newer state in memory.`;
}

/** Signatures of other formats; none, with a note, where the program that knows them is missing. */
export async function signaturesIfKnown(
  device: OpenedDevice,
  note: (text: string) => void,
): Promise<Awaited<ReturnType<typeof findSignatures>>> {
  try {
    return await findSignatures(device.path);
  } catch (error) {
    if (error instanceof NotPossibleHereError) {
      note(`note: other formats were not looked for: ${error.message}`);
      return [];
    }
    throw error;
  }
}
