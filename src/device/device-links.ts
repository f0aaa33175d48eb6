import { readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BlockDeviceFacts, namesIn } from './sysfs.js';

export interface DevRoot {
  /** `/dev` unless told. */
  readonly devRoot?: string;
}

/**
 * The names in a folder of links below /dev/disk that lead to a device; none where udev does not run.
 *
 * @param folderName `by-id`, `by-partuuid`.
 */
export function linksTo(device: DeviceNode, folderName: string, { devRoot = '/dev' }: DevRoot): string[] {
  const folder = join(devRoot, 'disk', folderName);
  const nodes = [resolve(devRoot, device.name), resolve(devRoot, 'mapper', device.dmName ?? '.')];
  return namesIn(folder).filter((name) => {
    const target = linkTarget(join(folder, name));
    return target !== null && nodes.includes(resolve(folder, target));
  });
}

/**
 * The names in /dev/disk/by-id that lead to a device and follow from what it is: not those made from a name that
 * the kernel, the administrator or an array gave it, and not those that another device may have on the next boot.
 */
export function lastingIds(device: DeviceNode, roots: DevRoot): string[] {
  return linksTo(device, 'by-id', roots).filter(
    (name) => !/^(?:dm-name|md-name)-/.test(name) && !endsInKernelName(name, device) && !isVagueNvme(name),
  );
}

type DeviceNode = Pick<BlockDeviceFacts, 'name' | 'dmName'>;

function endsInKernelName(link: string, { name }: DeviceNode): boolean {
  return link === name || link.endsWith(`-${name}`);
}

/**
 * All namespaces of an NVMe controller claim the link made from its model and serial number, and one gets it. The
 * ones with the namespace's number (`_1`) or its own identifier (`nvme-eui.…`) are of one namespace only.
 */
function isVagueNvme(link: string): boolean {
  return /^nvme-(?!(?:eui|uuid|nguid|nvme)\.)/.test(link) && !/_\d{1,5}(?:-part\d+)?$/.test(link);
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
