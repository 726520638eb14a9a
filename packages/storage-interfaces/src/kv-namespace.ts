/**
 * Where a namespace of a KVStore has its entries: in a container of its own, `bh_kv_<path>`.
 *
 * The path has `<length>.<name>` for each level, one right behind the other, with the length in UTF-16 units as JavaScript counts them. What has
 * been read up to any point says where the next part ends, so two different paths never make one text, whatever characters the names have:
 * "a" in "b" is `1.b1.a`, and a name that looks like it, "b1.a", is `4.b1.a`.
 */
import { MAX_NAME_BYTES, StorageLimitError } from "@caterpillar/storage-core";
import { compareKeys } from "@caterpillar/storage-core/driver";
import { describe } from "@caterpillar/storage-core/interface";

export class KVNamespace {
  /** The encoded names of all levels; "" at the top. */
  readonly path: string;

  constructor(path = "") {
    this.path = path;
  }

  /** What the name of its container has behind `bh_kv_`; `undefined` at the top, which is `bh_kv` itself. */
  get suffix(): string | undefined {
    return this.path === "" ? undefined : this.path;
  }

  /** The namespace of the name in this one. `prefix` is what names of containers begin with. */
  child(name: string, prefix: string): KVNamespace {
    if (typeof name !== "string") {
      throw new TypeError(`a namespace's name must be a string, not ${describe(name)}`);
    }
    if (!name.isWellFormed()) {
      throw new TypeError(
        "a namespace's name must be well-formed Unicode; this string has a lone surrogate",
      );
    }
    if (name === "") throw new StorageLimitError("a namespace's name must not be empty");
    const path = `${this.path}${name.length}.${name}`;
    const size = Buffer.byteLength(prefix + path);
    if (size > MAX_NAME_BYTES) {
      throw new StorageLimitError(
        `a namespace's name is too long: with those of the namespaces around it, it makes a container's name of ${size} bytes, and ${MAX_NAME_BYTES} is the most`,
      );
    }
    return new KVNamespace(path);
  }

  /** The names of the namespaces in this one, in order, given all containers. One that only has namespaces in it is one, too. */
  children(containers: readonly string[], prefix: string): string[] {
    const start = prefix + this.path;
    const names = new Set<string>();
    for (const container of containers) {
      const name = container.startsWith(start) ? firstName(container.slice(start.length)) : "";
      if (name !== "") names.add(name);
    }
    return [...names].sort(compareKeys);
  }
}

/** The name that a path begins with; "" where it has none. */
function firstName(path: string): string {
  const length = /^(\d+)\./.exec(path);
  if (length === null) return "";
  const [head, digits] = length;
  return path.slice(head.length, head.length + Number(digits));
}
