/**
 * Aliases hide from agents whose answer is whose, so that a vendor's name cannot sway a vote.
 * They are a permutation drawn from the seed, stable for the run, and written into `run.started`.
 */

/** A small deterministic generator (mulberry32): numbers in [0, 1) from a 32-bit seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `agent1`…`agentN` dealt to the ids in an order drawn from the seed (Fisher-Yates). */
export function dealAliases(ids: readonly string[], seed: number): ReadonlyMap<string, string> {
  const random = seededRandom(seed);
  const numbers = ids.map((_, index) => index + 1);
  for (let last = numbers.length - 1; last > 0; last -= 1) {
    const pick = Math.floor(random() * (last + 1));
    const held = numbers[last] as number;
    numbers[last] = numbers[pick] as number;
    numbers[pick] = held;
  }
  return new Map(ids.map((id, index) => [id, `agent${numbers[index]}`]));
}
