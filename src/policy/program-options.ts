/**
 * What the usual interpreters and launchers do with their arguments, as far as it matters for `inline-code.ts`: which
 * options are code, which take a word with them, and what the first other word is. Data, not code.
 */

export interface ProgramOptions {
  /** Options that are followed by code, or say that code comes from elsewhere. */
  readonly code?: ReadonlySet<string>;
  /** Options whose value is loaded as code when it is a path or an address; a name of a package is not. */
  readonly loads?: ReadonlySet<string>;
  /** Options whose value says where a package comes from. */
  readonly sources?: ReadonlySet<string>;
  /** Options with a value that does not matter. */
  readonly values?: ReadonlySet<string>;
  /** Long options known to have no value; where this list is, all others may have one. */
  readonly flags?: ReadonlySet<string>;
  /** Options after which all belongs to the program they name. */
  readonly ends?: ReadonlySet<string>;
  /** Short options stand alone: `-exec` is one option, not five. */
  readonly wholeWords?: boolean;
  /** How many words come before a command. */
  readonly skips?: number;
  /** What the first word is that belongs to no option. */
  readonly first: 'script' | 'command' | 'package' | 'code' | 'anything';
  /** Instead, when it is one of these words. */
  readonly subcommands?: Readonly<Record<string, ProgramOptions>>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

const shell: ProgramOptions = {
  code: words('-c'),
  values: words('-o -O +o +O --rcfile --init-file'),
  first: 'script',
};

const python: ProgramOptions = {
  code: words('-c'),
  values: words('-W -X --check-hash-based-pycs'),
  ends: words('-m'),
  first: 'script',
};

const node: ProgramOptions = {
  code: words('-e -p -pe --eval --print'),
  loads: words('-r --require --import --loader --experimental-loader'),
  values: words(`
    -C --conditions --cpu-prof-dir --cpu-prof-name --diagnostic-dir --disable-warning --dns-result-order --env-file
    --env-file-if-exists --heap-prof-dir --icu-data-dir --input-type --localstorage-file --max-http-header-size
    --openssl-config --redirect-warnings --report-filename --secure-heap --snapshot-blob --stack-trace-limit
    --test-name-pattern --test-reporter --test-reporter-destination --title --tls-cipher-list --tls-keylog
    --trace-event-categories --unhandled-rejections --watch-path`),
  wholeWords: true,
  first: 'script',
};

const npx: ProgramOptions = {
  code: words('-c --call --node-options --script-shell'),
  sources: words('-p --package'),
  values: words('-w --workspace --registry --cache --prefix --userconfig'),
  flags: words(`
    --yes --no --no-install --quiet --silent --verbose --offline --prefer-offline --prefer-online --ignore-existing
    --ignore-scripts --legacy-peer-deps --bun --force`),
  first: 'package',
};

const pnpmRunner: ProgramOptions = { ...npx, code: words('-c --shell-mode --script-shell --node-options') };

const uvOptions = {
  sources: words('--from -w --with --with-editable --with-requirements'),
  values: words(`
    -p --python -i --index --index-url --extra-index-url --default-index -f --find-links --directory --project
    --cache-dir --config-file --env-file --color -C --config-setting -P --upgrade-package --refresh-package
    --reinstall-package --no-build-package --no-binary-package --prerelease --resolution --link-mode --exclude-newer
    --keyring-provider --extra --no-extra --group --no-group --only-group --package -b --build-constraints -c`),
  flags: words(`
    --quiet --verbose --offline --isolated --native-tls --refresh --frozen --locked --dev --all-extras --all-groups
    --active --upgrade --exact --managed-python --script`),
};
const uvx: ProgramOptions = { ...uvOptions, first: 'package' };

const denoRun: ProgramOptions = {
  values: words('-c --config --import-map --lock --cert --location --seed -L --log-level'),
  loads: words('--preload --import --require'),
  wholeWords: true,
  first: 'script',
};

const code: ProgramOptions = { first: 'code' };
const wrapper: ProgramOptions = { first: 'command' };

/** By name without version. */
export const programOptions: ReadonlyMap<string, ProgramOptions> = new Map<string, ProgramOptions>([
  ...same('sh bash zsh dash ash ksh', shell),
  ...same('python pythonw pypy py', python),
  ...same('node nodejs', node),
  ...same('npx bunx pnpx', npx),
  ...same('nohup setsid time busybox winpty command cross-env', wrapper),
  ['fish', { code: words('-c -C --command --init-command'), values: words('-d -o -f'), first: 'script' }],
  ['perl', { code: words('-e -E'), values: words('-I'), first: 'script' }],
  ['ruby', { code: words('-e'), loads: words('-r'), values: words('-I -C -E'), first: 'script' }],
  ['php', { code: words('-r -B -R -E --run'), values: words('-d -c -f'), first: 'script' }],
  ['lua', { code: words('-e'), values: words('-l'), first: 'script' }],
  ['osascript', { code: words('-e'), values: words('-l'), first: 'script' }],
  ['julia', { code: words('-e -E --eval --print'), values: words('-J -C -t -p'), first: 'script' }],
  ['rscript', { code: words('-e'), first: 'script' }],
  [
    'git',
    {
      code: words('-c --config-env --exec-path'),
      values: words('-C --git-dir --work-tree'),
      first: 'anything',
    },
  ],
  [
    'go',
    {
      first: 'anything',
      subcommands: { run: { code: words('-exec -toolexec'), wholeWords: true, first: 'anything' } },
    },
  ],
  ['cargo', { code: words('--config'), first: 'anything' }],
  [
    'npm',
    {
      code: words('--call --script-shell --node-options'),
      values: words('--prefix -w'),
      first: 'anything',
      subcommands: { exec: npx, x: npx },
    },
  ],
  [
    'pnpm',
    {
      code: words('--shell-mode --script-shell --node-options'),
      values: words('-C --dir -F --filter'),
      first: 'anything',
      subcommands: { dlx: pnpmRunner, exec: { ...pnpmRunner, first: 'command' } },
    },
  ],
  ['yarn', { values: words('--cwd'), first: 'anything', subcommands: { dlx: npx, exec: code, node } }],
  [
    'bun',
    {
      code: words('-e -p --eval --print'),
      loads: words('-r --preload --require --import'),
      values: words('-c --config --cwd --env-file --port --tsconfig-override -d --define'),
      wholeWords: true,
      first: 'script',
      subcommands: { x: npx, exec: code, run: { loads: words('-r --preload'), first: 'script' } },
    },
  ],
  ['deno', { ...denoRun, subcommands: { eval: code, repl: code, run: denoRun, serve: denoRun } }],
  ['uvx', uvx],
  [
    'uv',
    {
      ...uvOptions,
      first: 'anything',
      subcommands: {
        run: { ...uvOptions, ends: words('-m --module'), first: 'command' },
        tool: { first: 'anything', subcommands: { run: uvx } },
        x: uvx,
      },
    },
  ],
  [
    'pipx',
    {
      first: 'anything',
      subcommands: {
        run: {
          sources: words('--spec'),
          values: words('--python --pip-args -i --index-url'),
          first: 'package',
        },
      },
    },
  ],
  ['env', { code: words('-S --split-string'), values: words('-u --unset -C --chdir'), first: 'command' }],
  ['sudo', { values: words('-u -g -h -p -C -T -D -R --user --group'), first: 'command' }],
  ['doas', { values: words('-u -C'), first: 'command' }],
  ['nice', { values: words('-n --adjustment'), first: 'command' }],
  ['stdbuf', { values: words('-i -o -e --input --output --error'), first: 'command' }],
  ['timeout', { values: words('-s --signal -k --kill-after'), skips: 1, first: 'command' }],
  ['xvfb-run', { values: words('-n -e -f -p -s --server-args'), first: 'command' }],
]);

function same(names: string, options: ProgramOptions): readonly [string, ProgramOptions][] {
  return [...words(names)].map((name) => [name, options]);
}
