/** The logical volume that a mapping belongs to. */
export interface LvmOwner {
  /** `?` where the mapping's name does not tell. */
  readonly vg: string;
  /** As LVM names it, with what it adds to a hidden volume: `fast_cvol`, `main_wcorig`. */
  readonly lv: string;
  /**
   * What LVM has this mapping for, where it is a part of a volume: `cvol`, `wcorig`, `corig`, `real`, `cow`, `tdata`,
   * `rimage`. Null for a volume itself.
   */
  readonly layer: string | null;
  /** It is the volume itself, which may be used; a layer is LVM's own. */
  readonly visible: boolean;
}

const LVM_UUID = /^LVM-[0-9A-Za-z!#]{64}(?:-(.+))?$/s;

/** What LVM adds to the names of its hidden volumes and lets nobody else use; a number counts images. */
const HIDDEN_NAME =
  /_(cdata|cmeta|corig|cvol|wcorig|iorig|imeta|mimage|mlog|rimage|rmeta|tdata|tmeta|vdata|vorigin|pmspare)(?:_\d+)?$/;

/**
 * Which logical volume a mapping is, or is a part of. Null when it is not LVM's: its uuid says so, because anybody
 * may give a mapping a name that looks like LVM's.
 *
 * @param dmName the kernel's name of the mapping, `vg-lv`; a hyphen within a part is doubled.
 * @param dmUuid `LVM-`, 32 characters of the group and 32 of the volume, and perhaps a layer: `LVM-…-cvol`.
 */
export function lvmOwner(dmName: string | null, dmUuid: string | null): LvmOwner | null {
  const uuid = LVM_UUID.exec(dmUuid ?? '');
  if (uuid === null || dmName === null) return null;
  const [vg, lv, nameLayer, ...more] = splitName(dmName);
  if (!vg || !lv || more.length > 0) {
    // Somebody gave it another name; the uuid cannot be changed, and it is LVM's all the same.
    return { vg: '?', lv: dmName, layer: uuid[1] ?? null, visible: uuid[1] === undefined };
  }
  // The most telling first: the origin below a cache is `main_wcorig`, of which the uuid only says `real`. A pool's own
  // uuid ends as that of the layer below it does, and the pool is the volume that its user knows.
  const layer = hiddenKind(lv) ?? nameLayer ?? (/^v?pool$/.test(uuid[1] ?? '') ? null : uuid[1]) ?? null;
  return { vg, lv, layer, visible: layer === null };
}

function hiddenKind(lv: string): string | undefined {
  return HIDDEN_NAME.exec(lv)?.[1] ?? /^(pvmove)\d+$/.exec(lv)?.[1];
}

/** `vg--a-lv--b-real` is `vg-a`, `lv-b`, `real`: a lone hyphen divides, two stand for one. */
function splitName(dmName: string): string[] {
  return (dmName.match(/(?:--|[^-])+/g) ?? []).map((part) => part.replaceAll('--', '-'));
}
