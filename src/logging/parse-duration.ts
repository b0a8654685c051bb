/** Times as people type them. */
const form = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/u;
const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `200`, `200ms`, `2s`, `10m`, `1.5h`, `3d` in milliseconds; without a unit they are that. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = 'ms'] = form.exec(text.trim().toLowerCase()) ?? [];
  const milliseconds = number === undefined ? Number.NaN : Number(number) * units[unit as keyof typeof units];
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}

/** A time of day as ISO 8601, or how long ago it was; in milliseconds since the epoch. */
export function parseMoment(text: string, now: number): number | undefined {
  const ago = /[a-z]$/iu.test(text.trim()) ? parseDuration(text) : undefined;
  if (ago !== undefined) return now - ago;
  const moment = /^\d{4}-\d{2}-\d{2}/u.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}
