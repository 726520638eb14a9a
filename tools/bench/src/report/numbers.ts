/** Numbers, as people read them. */

/** In milliseconds. */
const UNITS = [
  [1000, "s"],
  [1, "ms"],
  [1e-3, "µs"],
] as const;
const NANOSECOND = 1e-6;

/** A duration, given in milliseconds: `1.92 µs`. */
export function duration(ms: number): string {
  for (const [least, unit] of UNITS) {
    if (ms >= least) return `${significant(ms / least)} ${unit}`;
  }
  return ms === 0 ? "0 ns" : `${significant(ms / NANOSECOND)} ns`;
}

/** Bytes: `12.3 KiB`. */
export function memory(bytes: number): string {
  const kib = bytes / 1024;
  return Math.abs(kib) < 1000 ? `${significant(kib)} KiB` : `${significant(kib / 1024)} MiB`;
}

/** How many times as much: `0.83 ×`. */
export function times(factor: number): string {
  return `${significant(factor)} ×`;
}

/** A whole number, with commas. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}

/** Three digits, and no more than the number has. */
export function significant(number: number): string {
  const size = Math.abs(number);
  if (size >= 100) return whole(number);
  if (size >= 10) return number.toFixed(1);
  if (size >= 0.01 || size === 0) return number.toFixed(2);
  return number.toPrecision(1);
}
