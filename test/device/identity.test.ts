import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bestPath, deviceIdentity, shareIdentity, stablePath } from '../../src/device/identity.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();
let roots = { sysRoot: '', devRoot: '' };
let count = 0;

beforeEach(() => {
  const base = temp(`case${String(count++)}`);
  roots = { sysRoot: join(base, 'sys'), devRoot: join(base, 'dev') };
});

/** A device in sysfs, with its folder's other files. */
function device(deviceNumber: string, folder: string, files: Record<string, string> = {}): void {
  makeTree(roots.sysRoot, {
    [`dev/block/${deviceNumber}`]: { symlink: `../../devices/${folder}` },
    [`devices/${folder}/dev`]: `${deviceNumber}\n`,
    [`devices/${folder}/size`]: '2048\n',
  });
  for (const [name, content] of Object.entries(files)) {
    makeTree(roots.sysRoot, { [`devices/${folder}/${name}`]: `${content}\n` });
  }
}

/** Links of udev below /dev/disk, and the node that they lead to. */
function links(node: string, ...names: string[]): void {
  for (const name of names) {
    const path = join(roots.devRoot, 'disk', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(`../../${node}`, path);
  }
}

function idsOf(deviceNumber: string): readonly string[] | undefined {
  return deviceIdentity(deviceNumber, roots)?.ids;
}

describe('deviceIdentity', () => {
  it('has the ids of a disk and what is merely known of it', () => {
    device('8:0', 'pci/block/sda', {
      'device/wwid': 't10.ATA     DISK   S1SUNSAF',
      'device/model': 'DISK OF NOTE   ',
    });
    links('sda', 'by-id/ata-DISK_S1SUNSAF', 'by-id/wwn-0x5002538840088d12', 'by-path/pci-0000:00:1f.2-ata-1');
    links('sdb', 'by-id/ata-OTHER');
    expect(deviceIdentity('8:0', roots)).toEqual({
      ids: ['by-id:ata-DISK_S1SUNSAF', 'by-id:wwn-0x5002538840088d12', 'wwid:t10.ATA_DISK_S1SUNSAF'],
      name: 'sda',
      sizeBytes: 1048576n,
      model: 'DISK OF NOTE',
    });
  });

  it('has those of a partition, and its disk’s with the number of the partition', () => {
    device('8:0', 'pci/block/sda', { wwid: 'naa.5002', 'device/serial': '77' });
    device('8:3', 'pci/block/sda/sda3', { partition: '3', uevent: 'DEVNAME=sda3\nPARTUUID=AB-03' });
    links('sda3', 'by-partuuid/AB-03', 'by-id/ata-DISK-part3');
    links('sda', 'by-id/ata-DISK');
    const disk = ['serial:-:77/part3', 'wwid:naa.5002/part3'];
    expect(idsOf('8:3')).toEqual(['by-id:ata-DISK-part3', 'part-uuid:ab-03', ...disk]);
  });

  it('has the uuid of a partition from udev or from the kernel, unless its table has none', () => {
    device('8:0', 'pci/block/sda');
    device('8:1', 'pci/block/sda/sda1', { partition: '1', uevent: 'PARTUUID=1234-01' });
    device('8:2', 'pci/block/sda/sda2', { partition: '2' });
    device('8:3', 'pci/block/sda/sda3', { partition: '3', uevent: 'PARTUUID=00000000-03' });
    links('sda2', 'by-partuuid/1234-02');
    expect(['8:1', '8:2', '8:3'].map(idsOf)).toEqual([['part-uuid:1234-01'], ['part-uuid:1234-02'], []]);
  });

  it('tells the namespaces of an NVMe controller apart', () => {
    const controller = { 'device/serial': 'S4', 'device/model': 'NVMe Disk' };
    device('259:0', 'nvme/nvme0n1', { ...controller, nsid: '1', wwid: 'eui.0025385b71b0c5a1' });
    device('259:1', 'nvme/nvme0n2', { ...controller, nsid: '2', wwid: 'eui.0000000000000000' });
    links(
      'nvme0n1',
      'by-id/nvme-NVMe_Disk_S4',
      'by-id/nvme-NVMe_Disk_S4_1',
      'by-id/nvme-eui.0025385b71b0c5a1',
    );
    links('nvme0n2', 'by-id/nvme-NVMe_Disk_S4_2');
    expect(idsOf('259:0')).toEqual([
      'by-id:nvme-NVMe_Disk_S4_1',
      'by-id:nvme-eui.0025385b71b0c5a1',
      'serial:NVMe_Disk:S4:ns1',
      'wwid:eui.0025385b71b0c5a1',
    ]);
    expect(idsOf('259:1')).toEqual(['by-id:nvme-NVMe_Disk_S4_2', 'serial:NVMe_Disk:S4:ns2']);
  });

  it('has the serial number of a virtual disk, if it was given one', () => {
    device('254:0', 'virtio0/block/vda', { serial: 'data-1' });
    device('254:16', 'virtio1/block/vdb', { serial: '' });
    expect(idsOf('254:0')).toEqual(['serial:-:data-1']);
    expect(idsOf('254:16')).toEqual([]);
  });

  it('has the uuids of a mapping, an array and persistent memory, and not their names', () => {
    device('253:0', 'virtual/block/dm-0', { 'dm/name': 'vg-lv', 'dm/uuid': 'LVM-abc' });
    links('dm-0', 'by-id/dm-name-vg-lv', 'by-id/dm-uuid-LVM-abc', 'by-id/lvm-pv-uuid-x-y', 'by-id/odd-dm-0');
    device('9:127', 'virtual/block/md127', { 'md/uuid': '3aaa0122-2982-7cfa-5331-ad66ca767371' });
    links('md127', 'by-id/md-name-host:0', 'by-id/md-uuid-3aaa0122:29827cfa:5331ad66:ca767371');
    device('259:0', 'region0/block/pmem0', { 'device/uuid': 'E2C0-1' });
    device('259:1', 'region1/block/pmem1', { 'device/uuid': '00000000-0000-0000-0000-000000000000' });
    expect(idsOf('253:0')).toEqual(['by-id:lvm-pv-uuid-x-y', 'dm-uuid:LVM-abc']);
    expect(idsOf('9:127')).toEqual(['md-uuid:3aaa012229827cfa5331ad66ca767371']);
    expect(idsOf('259:0')).toEqual(['pmem-uuid:e2c0-1']);
    expect(idsOf('259:1')).toEqual([]);
  });

  it('has the uuid of an array from udev where the kernel does not tell it', () => {
    device('9:127', 'virtual/block/md127');
    links('md127', 'by-id/md-uuid-3aaa0122:29827cfa:5331ad66:ca767371');
    expect(idsOf('9:127')).toEqual(['md-uuid:3aaa012229827cfa5331ad66ca767371']);
  });

  it('follows a link to the node below /dev/mapper', () => {
    device('253:0', 'virtual/block/dm-0', { 'dm/name': 'mpatha' });
    links('mapper/mpatha', 'by-id/scsi-3600');
    expect(idsOf('253:0')).toEqual(['by-id:scsi-3600']);
  });

  it('knows a loop device by its file and where it begins in it', () => {
    const image = temp('an image');
    writeFileSync(image, '');
    const { ino } = statSync(image, { bigint: true });
    device('7:0', 'virtual/block/loop0', { 'loop/backing_file': image, 'loop/offset': '0' });
    device('7:1', 'virtual/block/loop1', { 'loop/backing_file': image, 'loop/offset': '1048576' });
    device('7:2', 'virtual/block/loop2', { 'loop/backing_file': temp('gone') });
    device('7:3', 'virtual/block/loop3', { 'loop/backing_file': '' });
    expect(idsOf('7:0')).toEqual([`loop-file:${String(ino)}:${image}`]);
    expect(idsOf('7:1')).toEqual([`loop-file:${String(ino)}+1048576:${image}`]);
    expect(idsOf('7:2')).toEqual([]);
    expect(idsOf('7:3')).toEqual([]);
  });

  it('is null for a device that is not there', () => {
    expect(deviceIdentity('8:0', roots)).toBeNull();
  });
});

describe('shareIdentity', () => {
  it.each([
    ['same', ['wwid:1'], ['wwid:1']],
    ['same', ['wwid:1', 'serial:a'], ['serial:a', 'wwid:2']],
    ['same', ['part-uuid:1'], ['part-uuid:1', 'wwid:2']],
    ['same', ['fs-uuid:1', 'wwid:1'], ['fs-uuid:2', 'wwid:1']],
    ['different', ['wwid:1'], ['wwid:2']],
    ['different', ['wwid:1'], ['wwid:1/part1']],
    ['different', ['wwid:1', 'serial:a'], ['wwid:2', 'by-id:ata-a']],
    ['different', ['by-id:ata-a'], ['by-id:ata-b']],
    ['different', ['fs-uuid:1'], ['fs-uuid:2']],
    ['unknown', ['wwid:1'], ['serial:1']],
    ['unknown', ['by-id:ata-a'], ['by-id:usb-b']],
    ['unknown', [], ['wwid:1']],
    ['unknown', [], []],
    // A clone: the content is the same, the medium is another.
    ['unknown', ['part-uuid:1', 'wwid:1/part1'], ['part-uuid:1', 'wwid:2/part1']],
    ['unknown', ['by-id:lvm-pv-uuid-1', 'serial:-:a'], ['by-id:lvm-pv-uuid-1', 'serial:-:b']],
  ])('says %s of %j and %j', (expected, a, b) => {
    expect(shareIdentity({ ids: a }, { ids: b })).toBe(expected);
    expect(shareIdentity({ ids: b }, { ids: a })).toBe(expected);
  });
});

describe('bestPath and stablePath', () => {
  it('are the node and the most telling link', () => {
    device('8:0', 'pci/block/cciss!c0d0');
    links('cciss/c0d0', 'by-id/wwn-0x5', 'by-id/scsi-35', 'by-id/scsi-SMAKER_DISK_77', 'by-id/lvm-pv-uuid-1');
    expect(bestPath('8:0', roots)).toBe(join(roots.devRoot, 'cciss/c0d0'));
    expect(stablePath('8:0', roots)).toBe(join(roots.devRoot, 'disk/by-id/scsi-SMAKER_DISK_77'));
  });

  it('fall back to what there is', () => {
    device('259:0', 'nvme/nvme0n1', { 'device/model': 'x' });
    links('nvme0n1', 'by-id/nvme-x_y', 'by-id/wwn-1', 'by-id/nvme-eui.00253');
    device('8:0', 'pci/block/sda');
    device('8:1', 'pci/block/sda/sda1', { partition: '1' });
    links('sda1', 'by-partuuid/12-01');
    expect(stablePath('259:0', roots)).toBe(join(roots.devRoot, 'disk/by-id/nvme-eui.00253'));
    expect(stablePath('8:1', roots)).toBe(join(roots.devRoot, 'disk/by-partuuid/12-01'));
    expect(stablePath('8:0', roots)).toBeNull();
  });

  it('of a mapping are below /dev/mapper where it has a node there', () => {
    device('253:0', 'virtual/block/dm-0', { 'dm/name': 'my\\x20data', 'dm/uuid': 'W-1' });
    links('dm-0', 'by-id/dm-name-my\\x20data', 'by-id/dm-uuid-W-1');
    expect(bestPath('253:0', roots)).toBe(join(roots.devRoot, 'dm-0'));
    makeTree(roots.devRoot, { 'mapper/my\\x20data': '' });
    expect(bestPath('253:0', roots)).toBe(join(roots.devRoot, 'mapper/my\\x20data'));
    expect(stablePath('253:0', roots)).toBe(join(roots.devRoot, 'disk/by-id/dm-uuid-W-1'));
  });

  it('are null for a device that is not there', () => {
    expect(bestPath('8:0', roots)).toBeNull();
    expect(stablePath('8:0', roots)).toBeNull();
  });
});
