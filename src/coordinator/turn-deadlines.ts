/** Soft and hard limit of one turn. Both are off where the config says so. */
import type { Clock } from '../events/clock.ts';

export interface TurnDeadlines {
  readonly softMs?: number;
  readonly hardMs?: number;
}

/** Returns the function that stops both. */
export function watchTurn(
  clock: Clock,
  limits: TurnDeadlines,
  reached: (limit: 'turn_soft' | 'turn_hard') => void,
): () => void {
  const stops = [
    limits.softMs === undefined ? undefined : clock.after(limits.softMs, () => reached('turn_soft')),
    limits.hardMs === undefined ? undefined : clock.after(limits.hardMs, () => reached('turn_hard')),
  ];
  return () => {
    for (const stop of stops) stop?.();
  };
}
