type Step = () => void | Promise<void>;

/** Undoes what was started, in reverse order: what came last may depend on what came first. */
export class Cleanup {
  readonly #steps: Step[] = [];

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** Runs every step once, also after one that fails; what failed is said, not thrown. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error('While stopping:', error);
      }
    }
  }
}
