import { stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { debianKernel, type DebianKernel } from './debian-kernel.js';
import { initramfs } from './initramfs.js';
import type { Machine, MachineDesign, MachinePlan } from './machine.js';
import type { DiskImage } from './types.js';

const QEMU = '/usr/bin/qemu-system-x86_64';
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const PMEM_ALIGNMENT = 2 * MIB;
/** Where QEMU puts memory modules when the machine's own memory ends below 3 GiB. */
const PMEM_BASE = 4 * GIB;
const MOST_MEMORY_MIB = 2048;
const SHARE_TAG = 'share';

/**
 * An emulated PC (no KVM). Its root is the host's over 9p, its disks are virtio, its persistent memory maps
 * files shared, so that a store of the guest is at once in the file's page cache, which outlives the machine.
 */
export async function qemuDesign(series: string): Promise<MachineDesign> {
  const kernel = await debianKernel(series);
  const initrd = await initramfs(kernel);
  return (plan) => qemuMachine(plan, kernel, initrd);
}

async function qemuMachine(plan: MachinePlan, kernel: DebianKernel, initrd: string): Promise<Machine> {
  if (plan.memoryMiB > MOST_MEMORY_MIB) {
    throw new TypeError(`a QEMU guest gets at most ${String(MOST_MEMORY_MIB)} MiB of memory`);
  }
  const disks = await Promise.all(plan.disks.map((disk, index) => diskArguments(plan, disk, index)));
  const pmem = await pmemModules(plan);
  return {
    command: [
      QEMU,
      // One processor: with two, a guest was seen to die in code that its kernel was patching while the other one ran it.
      ...['-accel', 'tcg', '-cpu', 'max', '-smp', '1'],
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
      ...memoryArguments(plan.memoryMiB, pmem),
      ...['-kernel', kernel.image, '-initrd', initrd],
      ...['-append', kernelCommandLine(plan.scratch, pmem)],
      ...[
        '-device',
        'virtio-serial-pci',
        '-chardev',
        'socket,id=channel,fd=3',
        '-device',
        'virtserialport,chardev=channel,name=lab',
      ],
      ...shareArguments('host', '/', true),
      ...(plan.shareDirectory === undefined ? [] : shareArguments(SHARE_TAG, plan.shareDirectory, false)),
      ...disks.flat(),
    ],
    environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: plan.scratch, HOME: plan.scratch },
    setup: [
      ...(plan.shareDirectory === undefined ? [] : [`9p=${SHARE_TAG}:${plan.shareDirectory}`]),
      `modules=${kernel.modules}`,
      ...plan.disks.map((_disk, index) => `serial=${serial(index)}`),
      `pmem=${String(plan.pmem.length)}`,
    ],
  };
}

function kernelCommandLine(scratch: string, pmem: readonly PmemModule[]): string {
  // Neither matters to a test, and both cost an emulated processor time.
  const speed = 'mitigations=off nokaslr';
  const ranges = pmem.map(({ size, address }) => `memmap=${String(size / MIB)}M!${String(address / MIB)}M`);
  return ['console=ttyS0 quiet panic=-1', speed, `lab.scratch=${scratch}`, ...ranges].join(' ');
}

function serial(index: number): string {
  return `disk${String(index)}`;
}

async function diskArguments(plan: MachinePlan, disk: DiskImage, index: number): Promise<string[]> {
  const id = serial(index);
  const link = await linkTo(disk.path, plan, id);
  // unsafe: the guest's flushes need not reach the host's disk, for the host does not lose power when the
  // guest does.
  const drive = `if=none,id=${id},file=${link},format=raw,cache=unsafe,discard=unmap,readonly=${onOff(disk.readOnly)}`;
  return ['-drive', drive, '-device', `virtio-blk-pci,drive=${id},serial=${id}`];
}

interface PmemModule {
  readonly link: string;
  readonly size: number;
  readonly address: number;
}

/** Each module starts at a GiB of its own: the kernel would take neighbours for one. */
async function pmemModules(plan: MachinePlan): Promise<PmemModule[]> {
  const modules: PmemModule[] = [];
  let address = PMEM_BASE;
  for (const [index, { path, readOnly }] of plan.pmem.entries()) {
    if (readOnly === true) {
      throw new TypeError(
        `${path}: persistent memory cannot be read-only, the machine would drop stores silently`,
      );
    }
    const { size } = await stat(path);
    if (size === 0 || size % PMEM_ALIGNMENT !== 0) {
      throw new TypeError(`${path}: the size of persistent memory must be a multiple of 2 MiB`);
    }
    modules.push({ link: await linkTo(path, plan, `pmem${String(index)}`), size, address });
    address += (Math.floor(size / GIB) + 1) * GIB;
  }
  return modules;
}

/**
 * QEMU's NVDIMMs serve only to put files into the address space. The kernel is told of the ranges by memmap=,
 * for its NVDIMM driver (nfit) gives a module without labels no DAX, and labels would put the data at another
 * offset than the file's.
 */
function memoryArguments(memoryMiB: number, pmem: readonly PmemModule[]): string[] {
  if (pmem.length === 0) return ['-machine', 'q35', '-m', `${String(memoryMiB)}M`];
  const highest = Math.max(...pmem.map(({ address, size }) => address + size));
  const modules = pmem.flatMap(({ link, size, address }, index) => [
    ...[
      '-object',
      `memory-backend-file,id=pmem${String(index)},share=on,mem-path=${link},size=${String(size)}`,
    ],
    ...['-device', `nvdimm,memdev=pmem${String(index)},addr=${String(address)}`],
  ]);
  return [
    '-machine',
    'q35,nvdimm=on',
    '-m',
    `${String(memoryMiB)}M,slots=${String(pmem.length)},maxmem=${String(highest / MIB)}M`,
    ...modules,
  ];
}

/** A link of ours without the commas that would end an option's value. */
async function linkTo(path: string, plan: MachinePlan, name: string): Promise<string> {
  const link = join(plan.scratch, name);
  await symlink(path, link);
  return link;
}

function shareArguments(tag: string, path: string, readOnly: boolean): string[] {
  const escaped = path.replaceAll(',', ',,');
  return [
    '-virtfs',
    `local,path=${escaped},mount_tag=${tag},security_model=none,readonly=${onOff(readOnly)},multidevs=remap`,
  ];
}

function onOff(value: boolean | undefined): string {
  return value === true ? 'on' : 'off';
}
