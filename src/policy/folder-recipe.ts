/**
 * How a filesystem server is told which folders it may use: data, one row of it for each well-known server. What a
 * server does with it is its own affair; where it lets paths out, the profile says so and we look at each path.
 */
export type FolderRecipe =
  | {
      /** Arguments after all others. */
      readonly type: 'positional';
      /** Spellings of an option that it needs beside; the first is given where none is. */
      readonly option?: readonly [string, ...string[]];
    }
  | { readonly type: 'flag'; readonly flag: string; readonly join: 'comma' | 'repeat' }
  /** Its current directory, and no other. */
  | { readonly type: 'cwd' }
  /** It goes wherever it is asked to; relative paths count from its current directory. */
  | { readonly type: 'everywhere' }
  | HomeFileRecipe;

/** A JSON file in the home directory, so the server gets a home directory of its own. Paths are below that. */
export interface HomeFileRecipe {
  readonly type: 'home-file';
  readonly file: string;
  /** The key of the file that holds the list of folders. */
  readonly key: string;
  /** What else the file says. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Files that only have to be there. */
  readonly emptyFiles: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly option: readonly [string, ...string[]];
  /** What it writes down of the calls, in clear: taken away when it has ended. */
  readonly traces: readonly string[];
}
