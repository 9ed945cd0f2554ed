/** Ranges of IPv4 addresses, `[from, to)`. */

export interface AddressRange {
  readonly from: number;
  readonly to: number;
}

/** `undefined` for what is no range, or does not begin at its own first address. */
export function rangeOf(cidr: string): AddressRange | undefined {
  const [, address = '', bitsText] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr) ?? [];
  const bits = Number(bitsText);
  const bytes = address.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || !(bits >= 8 && bits <= 29)) return undefined;
  const from = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - bits);
  return from % size === 0 ? { from, to: from + size } : undefined;
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.from < b.to && b.from < a.to;
}
