/** The table of all keys for the reference page, in Markdown. */
import { keyFacts } from './key-facts.ts';
import { keyTree, type KeyNode } from './key-node.ts';

/** A head and one row a key, in the order of the schema. Ends in a line end. */
export function configReference(): string {
  const rows = keysBelow(keyTree()).map((node) => {
    const { path, type, required, description, default: byDefault, allowed, backends } = keyFacts(node);
    const words = allowed === undefined ? '' : ` Allowed: ${allowed.map(code).join(', ')}.`;
    const only = backends === undefined ? '' : ` Backends: ${backends.join(', ')}.`;
    const fallback = byDefault === undefined ? (required ? 'required' : '') : code(byDefault);
    return `| ${[code(path), type, fallback, `${description}${words}${only}`].map(cell).join(' | ')} |`;
  });
  return ['| Key | Type | Default | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function keysBelow(node: KeyNode): KeyNode[] {
  const below = [...node.children.values(), ...(node.item?.children.values() ?? [])];
  // Under `agent` stands the same as under `agents`.
  return below.flatMap((child) => [child, ...(child.path === 'agent' ? [] : keysBelow(child))]);
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
