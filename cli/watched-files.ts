// Waits for changes of files. Their folders are watched: editors replace files, and a watch on the old one would see nothing.
import { type FSWatcher, watch } from "node:fs";
import { dirname, join } from "node:path";

/** Changes in quick succession are one. */
const SETTLE_MS = 80;

/** Files that changed since the watch began, or were added to their folders. */
export class WatchedFiles {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  #wake: (() => void) | undefined;

  /** Watches the folders of these files, and no others from now on. */
  watch(files: readonly string[]): void {
    const folders = new Set(files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, (_event, name) => {
        if (name === null) return;
        this.#changed.add(join(folder, name));
        this.#wake?.();
      });
      // A folder that goes away is no reason to end.
      watcher.on("error", () => this.#watchers.delete(folder));
      this.#watchers.set(folder, watcher);
    }
  }

  /** The next changes; an empty list once `signal` is aborted. */
  async next(signal: AbortSignal): Promise<string[]> {
    while (this.#changed.size === 0 && !signal.aborted) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
        signal.addEventListener("abort", () => wake(), { once: true });
      });
    }
    if (!signal.aborted) await new Promise((settle) => setTimeout(settle, SETTLE_MS));
    const files = signal.aborted ? [] : [...this.#changed];
    this.#changed.clear();
    return files;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}
