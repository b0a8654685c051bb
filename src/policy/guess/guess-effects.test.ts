import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayChangeFiles } from '../../events/effect.ts';
import { guessEffects, type Guess } from './guess-effects.ts';
import { serverContext } from './server-context.ts';

/** `a b[] c:x|y d:flag e:number f:object`: the arguments of a tool, all of them texts unless they say otherwise. */
function schema(args: string): Readonly<Record<string, unknown>> {
  const properties = args
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [, name = '', list, kind] = /^(\w+)(\[\])?(?::(.*))?$/u.exec(word) ?? [];
      const types = ['boolean', 'number', 'object'].includes(kind ?? '')
        ? { type: kind }
        : { type: 'string', ...(kind === undefined ? {} : { enum: kind.split('|') }) };
      return [name, list === undefined ? types : { type: 'array', items: types }] as const;
    });
  return { type: 'object', properties: Object.fromEntries(properties) };
}

interface More {
  readonly beside?: readonly string[];
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly trusted?: boolean;
}

function guess(name: string, args: string, { beside = [], trusted = false, ...more }: More = {}): Guess {
  return guessEffects(
    { name, inputSchema: schema(args), ...more },
    serverContext([name, ...beside]),
    trusted,
  );
}

describe('by its arguments', () => {
  test.each([
    ['anything', 'path content', ['Write']],
    ['insert_at_line', 'relative_path line:number content', ['Write']],
    ['replace_symbol_body', 'name_path relative_path body', ['Write']],
    ['apply', 'file_path old_string new_string', ['Write']],
    ['transfer', 'source destination', ['Write', 'Delete']],
    ['copy_it', 'source destination', ['Write']],
    ['move', 'from to', ['Write', 'Delete']],
    ['rename_file', 'old_name new_name', ['Write', 'Delete']],
    ['generate_image', 'prompt output_path', ['Write']],
    ['search_files', 'path pattern', ['Read']],
    ['search_files', 'path search replacement', ['Write']],
    ['check_file', 'path fix:boolean', ['Write']],
    ['fetch', 'url path', ['Write']],
    ['run', 'command cwd', ['Exec']],
    ['anything', 'code', ['Exec']],
    ['get_country', 'code', ['Read', 'Net']],
    ['update_file', 'owner repo path content branch', ['Net']],
    ['delete_file', 'file_id', ['Net']],
    ['download_file', 'file_id local_path', ['Write', 'Net']],
    ['upload_file', 'channel_id file_path', ['Read', 'Net']],
    ['send_email', 'to subject body', ['Net']],
  ])('%s(%s) does %j', (name, args, effects) => {
    expect(guess(name, args).effects).toEqual(effects);
  });
});

describe('by its name, where its arguments leave it open', () => {
  test.each([
    ['read_file', 'path', ['Read']],
    ['getFileInfo', 'path', ['Read']],
    ['directory-tree', 'path', ['Read']],
    ['Grep', 'pattern path', ['Read']],
    ['delete_file', 'path', ['Delete']],
    ['createDirectory', 'path', ['Write']],
    ['unzip', 'archive_path target_folder', ['Write']],
    ['read_and_delete', 'path', ['Delete']],
    ['get_or_create', 'path', ['Write']],
    ['frobnicate', 'path', ['Unknown']],
    ['frobnicate', 'topic', ['Unknown']],
    ['frobnicate', '', ['Unknown']],
    ['run_tests', '', ['Exec']],
    ['apply_patch', 'input', ['Unknown']],
    ['insert_cell', 'index:number source', ['Unknown']],
    ['clear', '', ['Unknown']],
    ['get_weather', 'city', ['Read', 'Net']],
    ['create_ticket', 'title', ['Net']],
    ['git_commit', 'repo_path message', ['Write', 'Exec']],
    ['git_push', 'repo_path', ['Write', 'Exec', 'Net']],
    ['git_diff_staged', 'repo_path', ['Read']],
    ['git_get_file', 'owner repo path', ['Read', 'Net']],
    ['browser_take_screenshot', 'filename', ['Write', 'Net']],
    ['browser_click', 'element', ['Net']],
    ['browser_run_code', 'code', ['Exec']],
    ['browser_evaluate', 'script', ['Net']],
    ['browser_file_upload', 'paths[]', ['Read', 'Net']],
  ])('%s(%s) does %j', (name, args, effects) => {
    expect(guess(name, args).effects.toSorted()).toEqual(effects.toSorted());
  });
});

describe('by what else its server offers', () => {
  const files = ['read_file', 'write_file', 'list_directory'];
  const hosting = ['create_issue', 'merge_pull_request', 'fork_repository', 'list_issues'];

  test('a tool of a server of files that says nothing of itself may do anything', () => {
    expect(guess('set_default', 'value', { beside: files }).effects).toEqual(['Unknown']);
    expect(guess('set_default', 'value').effects).toEqual(['Net']);
  });

  test('a tool of a server of another system changes that system', () => {
    expect(guess('create_group', 'name path', { beside: hosting }).effects).toEqual(['Net']);
    expect(guess('create_group', 'name path').effects).toEqual(['Write']);
    expect(guess('create_or_update_file', '', { beside: hosting }).effects).toEqual(['Net']);
    expect(guess('export_issues', 'local_path', { beside: hosting }).effects).toEqual(['Write', 'Net']);
  });

  test('commands of version control need no prefix among their like', () => {
    const beside = ['commit', 'checkout', 'push', 'log'];
    expect(guess('merge', 'branch', { beside }).effects).toEqual(['Write', 'Exec']);
    expect(guess('log', 'count:number', { beside }).effects).toEqual(['Read']);
  });
});

describe('by an argument that says which of several things it does', () => {
  test('calls that only look are known by it', () => {
    const { effects, byArgument } = guess(
      'str_replace_editor',
      'command:view|create|str_replace path new_str',
    );
    expect(effects).toEqual(['Write']);
    expect(byArgument).toEqual({ name: 'command', values: { view: ['Read'] } });
    expect(guess('git_branch', 'path mode:list|create|delete').byArgument?.values).toEqual({
      list: ['Read'],
    });
  });

  test('a mode of a tool that writes is only a manner', () => {
    expect(guess('delete_files', 'paths[] mode:find|list').byArgument).toBeUndefined();
    expect(guess('file', 'path mode:read|write content').byArgument?.values).toEqual({ read: ['Read'] });
  });

  test('names that objects have are values like others', () => {
    const { byArgument } = guess('file', 'path content action:list|constructor|__proto__');
    expect(Object.keys(byArgument?.values ?? {})).toEqual(['list']);
  });
});

describe('what a server says of itself', () => {
  const annotations = { readOnlyHint: true };

  test('never makes harmless what its schema or name speaks against', () => {
    for (const [name, args] of [
      ['write_file', 'path content'],
      ['frobnicate', 'path'],
      ['run', 'command'],
      ['git_reset', 'path'],
      ['browser_take_screenshot', 'filename'],
    ] as const) {
      expect(mayChangeFiles(guess(name, args, { annotations }).effects)).toBe(true);
    }
  });

  test('counts where nothing else does', () => {
    expect(guess('frobnicate', 'topic', { annotations }).effects).toEqual(['Read', 'Net']);
    expect(guess('frobnicate', 'path', { annotations, trusted: true }).effects).toEqual(['Read']);
  });

  test('never makes a reading tool a writing one', () => {
    const claims = { readOnlyHint: false, destructiveHint: true };
    expect(guess('read_file', 'path', { annotations: claims }).effects).toEqual(['Read']);
  });

  test('is looked at only where it is a truth value', () => {
    expect(guess('frobnicate', 'topic', { annotations: { readOnlyHint: 'yes' } }).effects).toEqual([
      'Unknown',
    ]);
  });
});

test('contents are named for tools that write files, never for those that may do anything', () => {
  expect(guess('write_file', 'path content').contentArguments).toEqual(['content']);
  expect(guess('edit', 'path edits[]:object old_text new_text').contentArguments).toEqual([
    'old_text',
    'new_text',
  ]);
  expect(guess('git_commit', 'path message patch').contentArguments).toEqual(['message']);
  expect(guess('apply_patch', 'path patch').contentArguments).toEqual([]);
  expect(guess('run', 'command content').contentArguments).toBeUndefined();
  expect(guess('frobnicate', 'path prompt').contentArguments).toBeUndefined();
});

test('a tool whose schema cannot be looked at may do anything', () => {
  const inputSchema = { $ref: 'https://example.org/schema.json' };
  expect(guessEffects({ name: 'read_file', inputSchema }, serverContext([]), true)).toMatchObject({
    effects: ['Unknown'],
  });
});

test('nothing throws, and every tool has an effect, whatever a server sends', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '',
      'read_file',
      'git_',
      'a'.repeat(5_000),
      '_'.repeat(5_000),
    ),
  );
  fc.assert(
    fc.property(
      word,
      fc.jsonValue({ maxDepth: 5 }),
      fc.dictionary(word, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
      fc.array(word, { maxLength: 5 }),
      fc.dictionary(fc.constantFrom('readOnlyHint', '__proto__'), fc.jsonValue({ maxDepth: 1 })),
      (name, whole, properties, beside, annotations) => {
        for (const inputSchema of [whole, { type: 'object', properties }]) {
          const context = serverContext(beside);
          const { effects, why } = guessEffects({ name, inputSchema, annotations }, context, false);
          expect(effects.length).toBeGreaterThan(0);
          expect(why).not.toBe('');
        }
      },
    ),
  );
});

test('more arguments never make a writing tool harmless, unless they are keys of another system', () => {
  const args =
    'path content old_text new_text filename limit:number verbose:boolean encoding url query'.split(' ');
  fc.assert(
    fc.property(fc.subarray(args), fc.constantFrom('write_file', 'frobnicate', 'save'), (more, name) => {
      const given = [...new Set(['path', 'content', ...more])].join(' ');
      expect(mayChangeFiles(guess(name, given).effects)).toBe(true);
    }),
  );
});
