import { output } from './wc.js';
import type { Guest } from './types.js';

const DIRECTORY = '/run/lab/lvm';

/**
 * An lvm.conf for a guest: it sees only the guest's own disks, and expects no udev daemon, no lvmpolld and no
 * dmeventd.
 */
export const lvmConfig = `config {
  checks = 0
}
devices {
  filter = [ "a|^/dev/ubd|", "a|^/dev/vd|", "a|^/dev/pmem|", "r|.*|" ]
  types = [ "ubd", 16, "pmem", 16 ]
  use_devicesfile = 0
  obtain_device_list_from_udev = 0
  external_device_info_source = "none"
}
activation {
  udev_sync = 0
  udev_rules = 0
  monitoring = 0
}
global {
  event_activation = 0
  use_lvmpolld = 0
  locking_dir = "${DIRECTORY}/lock"
}
backup {
  backup_dir = "${DIRECTORY}/backup"
  archive_dir = "${DIRECTORY}/archive"
}
`;

/** Puts the configuration into the guest. Give what it returns as `env` to each run that uses lvm2. */
export async function prepareLvm(guest: Guest): Promise<Record<string, string>> {
  await output(guest, `mkdir -p ${DIRECTORY} && cat > ${DIRECTORY}/lvm.conf`, { input: lvmConfig });
  return { LVM_SYSTEM_DIR: DIRECTORY, LVM_SUPPRESS_FD_WARNINGS: '1' };
}
