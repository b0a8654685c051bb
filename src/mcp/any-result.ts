/**
 * A result schema that takes everything: what a server says is data, and we read it leniently ourselves, so one
 * odd block or tool does not cost the rest. It takes the place of the client's own check, which can be frozen by a
 * hostile pattern.
 */
export const anyResult = {
  '~standard': {
    version: 1,
    vendor: 'massgen',
    validate: (value: unknown): { readonly value: unknown } => ({ value }),
  },
} as const;
