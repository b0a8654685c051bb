/**
 * The keys of the schema as a tree: one node a key, whatever backend types and forms it occurs in. Reference,
 * `explain` and "did you mean" come from it, so that they cannot differ from what is accepted.
 */
import { z } from 'zod';
import { massGenConfigSchema } from '../schema/massgen-config.ts';

export interface KeyNode {
  /** As in `agents[].backend.mcp_servers[].env.<NAME>`. */
  readonly path: string;
  readonly children: Map<string, KeyNode>;
  /** The values of a list, or of a map with free names. */
  item?: KeyNode;
  /** A map whose names are the user's. */
  freeNames: boolean;
  /** Kinds of value it takes, in words. */
  readonly kinds: Set<string>;
  /** The words it takes, where these are fixed. */
  readonly allowed: Set<string>;
  /** Default by backend type; under `''` where the type does not matter. */
  readonly defaults: Map<string, unknown>;
  readonly backends: Set<string>;
  description?: string;
  example?: unknown;
  required: boolean;
  ignored: boolean;
}

type Schema = z.core.$ZodType;

function newNode(path: string): KeyNode {
  return {
    path,
    children: new Map(),
    freeNames: false,
    kinds: new Set(),
    allowed: new Set(),
    defaults: new Map(),
    backends: new Set(),
    required: true,
    ignored: false,
  };
}

/** The root of the tree, made from the schema on each call. */
export function keyTree(): KeyNode {
  const root = newNode('');
  collect(massGenConfigSchema, root, '');
  return root;
}

/** The node at a path of a written config, free names and positions included. */
export function keyNodeAt(root: KeyNode, path: readonly (string | number)[]): KeyNode | undefined {
  let node: KeyNode | undefined = root;
  for (const part of path) {
    const child: KeyNode | undefined = typeof part === 'string' ? node.children.get(part) : undefined;
    node = child ?? (typeof part === 'number' || node.freeNames ? node.item : undefined);
    if (node === undefined) return undefined;
  }
  return node;
}

function collect(schema: Schema, node: KeyNode, backend: string): void {
  const meta = z.globalRegistry.get(schema);
  if (meta?.description !== undefined) node.description ??= meta.description;
  if (Array.isArray(meta?.['examples'])) node.example ??= meta['examples'][0];
  if (meta?.['ignored'] === true) node.ignored = true;
  if (backend !== '') node.backends.add(backend);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
      node.required = false;
      return collect(def.innerType, node, backend);
    case 'nullable':
      collect(def.innerType, node, backend);
      node.kinds.add('null');
      return;
    case 'default':
    case 'prefault': {
      node.required = false;
      if (!isEmptyMap(def.defaultValue)) node.defaults.set(backend, def.defaultValue);
      return collect(def.innerType, node, backend);
    }
    case 'pipe': {
      const read = (def.in as z.core.$ZodTypes)._zod.def.type === 'transform' ? def.out : def.in;
      return collect(read, node, backend);
    }
    case 'object': {
      node.kinds.add('map');
      const type = node.path === 'agents[].backend' || node.path === 'agent.backend' ? typeOf(def.shape) : '';
      for (const [key, field] of Object.entries(def.shape)) {
        collect(field, child(node, key), type === '' ? backend : type);
      }
      // The schema adds the type where the model tells it.
      const typeKey = node.children.get('type');
      if (type !== '' && typeKey !== undefined) typeKey.required = false;
      return;
    }
    case 'array':
      node.kinds.add('list');
      node.item ??= newNode(`${node.path}[]`);
      return collect(def.element, node.item, backend);
    case 'record':
      node.kinds.add('map');
      node.freeNames = true;
      node.item ??= newNode(node.kinds.has('list') ? `${node.path}[]` : `${node.path}.<NAME>`);
      collect(def.valueType, node.item, backend);
      if (node.description !== undefined) node.item.description ??= node.description;
      return;
    case 'union':
      for (const option of def.options) collect(option, node, backend);
      markAlternatives(node, def.options);
      return;
    case 'enum':
      for (const word of Object.values(def.entries)) node.allowed.add(String(word));
      node.kinds.add('text');
      return;
    case 'literal':
      for (const value of def.values) node.allowed.add(String(value));
      node.kinds.add(typeof def.values[0] === 'string' ? 'text' : 'true');
      return;
    case 'string':
      node.kinds.add('text');
      return;
    case 'number':
      node.kinds.add((schema as z.ZodNumber).isInt ? 'whole number' : 'number');
      return;
    case 'boolean':
      node.kinds.add('true or false');
      return;
    case 'unknown':
      node.kinds.add('anything');
      return;
    default:
      throw new Error(`the key tree has no reading for the schema type ${def.type}`);
  }
}

function child(node: KeyNode, key: string): KeyNode {
  const known = node.children.get(key);
  if (known !== undefined) return known;
  const made = newNode(node.path === '' ? key : `${node.path}.${key}`);
  node.children.set(key, made);
  return made;
}

/** A key that only some of the shapes have is not required in general. */
function markAlternatives(node: KeyNode, options: readonly Schema[]): void {
  const shapes = options
    .map((option) => (option as z.core.$ZodTypes)._zod.def)
    .flatMap((def) => (def.type === 'object' ? [def.shape] : []));
  for (const [key, field] of node.children) {
    if (!shapes.every((shape) => key in shape)) field.required = false;
  }
}

/** The backend type whose keys a shape holds. */
function typeOf(shape: Readonly<Record<string, Schema>>): string {
  const def = (shape['type'] as z.core.$ZodTypes | undefined)?._zod.def;
  return def?.type === 'literal' ? String(def.values[0]) : '';
}

function isEmptyMap(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}
