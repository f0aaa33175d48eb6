/** Entries column by column, in the order of their indexes. */
export interface BlockColumns {
  readonly count: number;
  /** Ascending. */
  readonly index: Float64Array;
  readonly sectorHi: Uint32Array;
  readonly sectorLo: Uint32Array;
  readonly seqHi: Uint32Array;
  readonly seqLo: Uint32Array;
}

/** Those blocks of columns of which `isChosen` has 1. */
export function onlyThose(columns: BlockColumns, isChosen: Uint8Array): BlockColumns {
  const only = (_: unknown, block: number): boolean => isChosen[block] === 1;
  const index = columns.index.filter(only);
  return {
    count: index.length,
    index,
    sectorHi: columns.sectorHi.filter(only),
    sectorLo: columns.sectorLo.filter(only),
    seqHi: columns.seqHi.filter(only),
    seqLo: columns.seqLo.filter(only),
  };
}

/** Columns that grow; `build` gives them at their length. */
export class ColumnsBuilder {
  #count = 0;
  #index: Float64Array;
  #sectorHi: Uint32Array;
  #sectorLo: Uint32Array;
  #seqHi: Uint32Array;
  #seqLo: Uint32Array;

  constructor(expected: number) {
    const capacity = Math.max(16, expected);
    this.#index = new Float64Array(capacity);
    this.#sectorHi = new Uint32Array(capacity);
    this.#sectorLo = new Uint32Array(capacity);
    this.#seqHi = new Uint32Array(capacity);
    this.#seqLo = new Uint32Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  add(index: number, sectorHi: number, sectorLo: number, seqHi: number, seqLo: number): void {
    const at = this.#count;
    if (at === this.#index.length) this.#grow();
    this.#index[at] = index;
    this.#sectorHi[at] = sectorHi;
    this.#sectorLo[at] = sectorLo;
    this.#seqHi[at] = seqHi;
    this.#seqLo[at] = seqLo;
    this.#count = at + 1;
  }

  build(): BlockColumns {
    const count = this.#count;
    return {
      count,
      index: this.#index.subarray(0, count),
      sectorHi: this.#sectorHi.subarray(0, count),
      sectorLo: this.#sectorLo.subarray(0, count),
      seqHi: this.#seqHi.subarray(0, count),
      seqLo: this.#seqLo.subarray(0, count),
    };
  }

  #grow(): void {
    const capacity = this.#index.length * 2;
    const index = new Float64Array(capacity);
    index.set(this.#index);
    this.#index = index;
    this.#sectorHi = larger(this.#sectorHi, capacity);
    this.#sectorLo = larger(this.#sectorLo, capacity);
    this.#seqHi = larger(this.#seqHi, capacity);
    this.#seqLo = larger(this.#seqLo, capacity);
  }
}

function larger(column: Uint32Array, capacity: number): Uint32Array {
  const grown = new Uint32Array(capacity);
  grown.set(column);
  return grown;
}
