/** A name of a tool or an argument as its words: `read_file`, `readFile`, `fs.read-file` and `ReadFile` are the same. */

/** Longer names are cut: nobody's words stand that far behind. */
const longestName = 300;

export function nameTokens(name: string): readonly string[] {
  return name
    .slice(0, longestName)
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');
}
