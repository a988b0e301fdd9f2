// What was used lately, in two generations: nothing is moved within a Map, which costs more than what is looked up there.

/** A memory that forgets what was not used for long. */
export class Recent<K, V> {
  readonly #most: number;
  #recent = new Map<K, V>();
  #earlier = new Map<K, V>();

  /** @param most remembered for certain; never more than twice as many */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const earlier = this.#earlier.get(key);
    if (earlier !== undefined) this.set(key, earlier);
    return earlier;
  }

  set(key: K, value: V): void {
    if (this.#recent.size >= this.#most && !this.#recent.has(key)) {
      this.#earlier = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
  }

  delete(key: K): void {
    this.#recent.delete(key);
    this.#earlier.delete(key);
  }
}
