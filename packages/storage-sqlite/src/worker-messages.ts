/** What a storage's thread and the worker that commits for it say to each other. One question is under way at a time. */
import type { Durability } from "@caterpillar/storage-core/driver";
import type { Parcel } from "./parcels.ts";

export interface WorkerSettings {
  readonly path: string;
}

export type Request =
  /** Which version of the database the worker sees: another one for each commit that is not its own. */
  | { readonly kind: "version" }
  /** A part of the next commit. Not answered. */
  | { readonly kind: "parcel"; readonly parcel: Parcel }
  /** Forgets the parts that came since the last commit. Not answered. */
  | { readonly kind: "forget" }
  /**
   * Commits the parts that came. With a version: if that is still what the worker sees. Where it fails, the parts are kept, for another try.
   */
  | CommitRequest
  /** Lets go of the database. */
  | { readonly kind: "close" };

export interface CommitRequest {
  readonly kind: "commit";
  readonly durability: Durability;
  readonly version: number | undefined;
}

export type Reply =
  | { readonly ok: true; readonly version: number | undefined }
  | {
      readonly ok: false;
      /** As far as it can be cloned: its code is lost on the way. */
      readonly error: Error;
      readonly code: string;
    };
