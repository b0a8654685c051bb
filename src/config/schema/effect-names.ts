/** The words for what a tool call does, as a config writes them; the same as in events. */
export const effectNames = ['Read', 'Write', 'Delete', 'Exec', 'Net', 'Unknown'] as const;
