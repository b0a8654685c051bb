/**
 * What is known of well-known servers: data, looked up by `serverProfile`. Each row was checked against the source of
 * the package it names, or against its tools at work. A tool that is not listed is guessed like that of a stranger.
 * Pointers say where a call's arguments hold paths: `path`, `paths[]`, `items[].path`; a tool that writes and has none
 * has all its texts looked at.
 */
import type { Effect } from '../events/effect.ts';
import type { FolderRecipe } from './folder-recipe.ts';

export interface ToolProfile {
  readonly effects: readonly Effect[];
  /** Pointers to every argument that is a path; absent when any string may be one. */
  readonly paths?: readonly string[];
  /** Doing it twice is the same as doing it once. */
  readonly idempotent?: boolean;
}

export interface ServerProfile {
  /** The npm package. */
  readonly id: string;
  /** The file inside of the package that starts it. */
  readonly entry: string;
  /** What the program is called where it does not come from npm. */
  readonly command?: string;
  /** It keeps something of whoever talks to it (a browser, a shell, a current directory): one process an agent. */
  readonly statefulPerAgent: boolean;
  readonly tools: Readonly<Record<string, ToolProfile>>;
  /** How it is told which folders it may use. */
  readonly directories?: FolderRecipe;
  /** It can be led out of its folders: through links, or into one whose name begins like that of another. */
  readonly leaks?: true;
  /** Tools that know no folders: not offered where the server is there for files only. */
  readonly withheld?: readonly string[];
  /** It looks for relative paths in each of its folders in turn, not only in its current directory. */
  readonly searchesDirectories?: true;
}

type Tools = Readonly<Record<string, ToolProfile>>;

/** The same for each of the tools, whose names are separated by spaces. */
function each(names: string, profile: ToolProfile): Tools {
  return Object.fromEntries(names.split(/\s+/u).map((name) => [name, profile]));
}

const reads = (...paths: string[]): ToolProfile => ({ effects: ['Read'], paths });
const writes = (...paths: string[]): ToolProfile => ({ effects: ['Write'], paths });
/** Writes the same again when it is called again. */
const rewrites = (...paths: string[]): ToolProfile => ({ effects: ['Write'], paths, idempotent: true });
const moves = (...paths: string[]): ToolProfile => ({ effects: ['Write', 'Delete'], paths });
const writesAnywhere: ToolProfile = { effects: ['Write'] };
const runs: ToolProfile = { effects: ['Exec'] };
const asks: ToolProfile = { effects: ['Read', 'Net'], paths: [] };
const changesElsewhere: ToolProfile = { effects: ['Net'], paths: [] };

/** The tools that the official filesystem server and its descendants share. */
const commonFileTools: Tools = {
  ...each('read_file list_directory directory_tree search_files get_file_info', reads('path')),
  read_multiple_files: reads('paths[]'),
  write_file: rewrites('path'),
  edit_file: writes('path'),
  create_directory: rewrites('path'),
  move_file: moves('source', 'destination'),
};

/** No visits of its makers' servers, no browser opened or downloaded, no survey in the results. */
const desktopCommanderFolders: FolderRecipe = {
  type: 'home-file',
  file: '.claude-server-commander/config.json',
  key: 'allowedDirectories',
  content: { telemetryEnabled: false, pendingWelcomeOnboarding: false, welcomeOnboardingEligible: false },
  // Where it finds a browser it does not download one.
  emptyFiles: [
    '.claude-server-commander/puppeteer-cache/chrome/none/chrome-linux64/chrome',
    '.claude-server-commander/puppeteer-cache/chrome/none/chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  ],
  env: { DESKTOP_COMMANDER_DISABLE_TELEMETRY: '1', DC_FLAG_URL: 'data:application/json,{}' },
  option: ['--no-onboarding'],
  traces: ['.claude-server-commander', '.claude-server-commander-logs'],
};

export const knownServers: readonly ServerProfile[] = [
  {
    id: '@modelcontextprotocol/server-filesystem',
    entry: 'dist/index.js',
    statefulPerAgent: false,
    directories: { type: 'positional' },
    searchesDirectories: true,
    tools: {
      ...commonFileTools,
      ...each('read_text_file read_media_file list_directory_with_sizes', reads('path')),
      list_allowed_directories: reads(),
    },
  },
  {
    id: '@agent-infra/mcp-server-filesystem',
    entry: 'dist/index.cjs',
    statefulPerAgent: false,
    directories: { type: 'flag', flag: '--allowed-directories', join: 'repeat' },
    leaks: true,
    tools: { ...commonFileTools, list_allowed_directories: reads() },
  },
  {
    id: 'mcp-filesystem-server',
    entry: 'server.js',
    statefulPerAgent: false,
    directories: { type: 'everywhere' },
    leaks: true,
    tools: {
      ...commonFileTools,
      read_binary_file: reads('path'),
      ...each('list_directory_info get_pwd', reads()),
    },
  },
  {
    id: '@shtse8/filesystem-mcp',
    entry: 'build/index.js',
    statefulPerAgent: false,
    directories: { type: 'cwd' },
    leaks: true,
    tools: {
      ...each('list_files search_files', reads('path')),
      ...each('stat_items read_content', reads('paths[]')),
      write_content: writes('items[].path'),
      edit_file: writes('changes[].path'),
      replace_content: writes('paths[]'),
      ...each('create_directories chmod_items chown_items', rewrites('paths[]')),
      copy_items: writes('operations[].source', 'operations[].destination'),
      move_items: moves('operations[].source', 'operations[].destination'),
      delete_items: { effects: ['Delete'], paths: ['paths[]'] },
    },
  },
  {
    id: '@rustmcp/rust-mcp-filesystem',
    entry: 'run-rust-mcp-filesystem.js',
    command: 'rust-mcp-filesystem',
    statefulPerAgent: false,
    directories: { type: 'positional', option: ['--allow-write', '-w'] },
    tools: {
      ...each(
        `calculate_directory_size directory_tree find_duplicate_files find_empty_directories get_file_info head_file
        list_allowed_directories list_directory list_directory_with_sizes read_file_lines read_media_file
        read_multiple_media_files read_multiple_text_files read_text_file search_files search_files_content tail_file`,
        { effects: ['Read'] },
      ),
      ...each('create_directory edit_file unzip_file write_file zip_directory zip_files', writesAnywhere),
      move_file: { effects: ['Write', 'Delete'] },
    },
  },
  {
    id: '@wonderwhy-er/desktop-commander',
    entry: 'dist/index.js',
    // Shells, searches and the settings of the process.
    statefulPerAgent: true,
    directories: desktopCommanderFolders,
    leaks: true,
    withheld: [
      'set_config_value',
      'start_process',
      'interact_with_process',
      'read_process_output',
      'force_terminate',
      'list_sessions',
      'list_processes',
      'kill_process',
      'write_pdf',
      'give_feedback_to_desktop_commander',
    ],
    tools: {
      read_file: { effects: ['Read', 'Net'], paths: ['path'] },
      read_multiple_files: reads('paths[]'),
      ...each('list_directory get_file_info start_search', reads('path')),
      ...each(
        `get_config get_more_search_results stop_search list_searches read_process_output list_sessions list_processes
        get_usage_stats get_recent_tool_calls get_prompts`,
        reads(),
      ),
      write_file: writes('path'),
      create_directory: rewrites('path'),
      move_file: moves('source', 'destination'),
      edit_block: writes('file_path'),
      // Its options may name further files.
      write_pdf: writesAnywhere,
      ...each('start_process interact_with_process force_terminate kill_process', runs),
      // Which shell is used and which commands and folders are allowed.
      set_config_value: runs,
      give_feedback_to_desktop_commander: changesElsewhere,
    },
  },
  {
    id: '@modelcontextprotocol/server-memory',
    entry: 'dist/index.js',
    statefulPerAgent: false,
    tools: {
      ...each('read_graph search_nodes open_nodes', reads()),
      // A file of its own, outside of every workspace.
      ...each(
        'create_entities create_relations add_observations delete_entities delete_observations delete_relations',
        changesElsewhere,
      ),
    },
  },
  {
    id: '@modelcontextprotocol/server-everything',
    entry: 'dist/index.js',
    statefulPerAgent: false,
    tools: {
      ...each(
        `echo get-annotated-message get-env get-resource-links get-resource-reference get-structured-content get-sum
        get-tiny-image trigger-long-running-operation`,
        reads(),
      ),
      ...each(
        'gzip-file-as-resource toggle-simulated-logging toggle-subscriber-updates simulate-research-query',
        changesElsewhere,
      ),
    },
  },
  {
    id: '@modelcontextprotocol/server-sequential-thinking',
    entry: 'dist/index.js',
    // It counts the thoughts of whoever talks to it.
    statefulPerAgent: true,
    tools: { sequentialthinking: reads() },
  },
  {
    id: '@playwright/mcp',
    entry: 'cli.js',
    statefulPerAgent: true,
    tools: {
      // Each of these writes a file where it is given `filename`, a picture always.
      ...each(
        `browser_console_messages browser_evaluate browser_find browser_network_requests browser_network_request
        browser_take_screenshot browser_snapshot`,
        { effects: ['Write', 'Net'] },
      ),
      browser_run_code_unsafe: runs,
      ...each('browser_file_upload browser_drop browser_wait_for', asks),
      ...each(
        `browser_click browser_close browser_drag browser_emulate_media browser_fill_form browser_handle_dialog
        browser_hover browser_navigate browser_navigate_back browser_press_key browser_resize browser_select_option
        browser_tabs browser_type`,
        changesElsewhere,
      ),
    },
  },
  {
    id: 'chrome-devtools-mcp',
    entry: 'build/src/bin/chrome-devtools-mcp.js',
    statefulPerAgent: true,
    tools: {
      // Each of these writes a file where it is given one.
      ...each(
        `evaluate_script get_network_request lighthouse_audit performance_start_trace performance_stop_trace
        screencast_start take_heapsnapshot take_screenshot take_snapshot`,
        { effects: ['Write', 'Net'] },
      ),
      screencast_stop: writesAnywhere,
      ...each(
        `get_console_message get_css_styles list_console_messages list_network_requests list_pages
        performance_analyze_insight upload_file wait_for`,
        asks,
      ),
      ...each(
        `click close_page drag emulate fill fill_form handle_dialog hover navigate_page new_page press_key resize_page
        select_page type_text`,
        changesElsewhere,
      ),
    },
  },
  {
    id: '@cyanheads/git-mcp-server',
    entry: 'dist/index.js',
    // The working directory of the session.
    statefulPerAgent: true,
    tools: {},
  },
  {
    id: '@brave/brave-search-mcp-server',
    entry: 'dist/index.js',
    statefulPerAgent: false,
    tools: each(
      `brave_web_search brave_local_search brave_video_search brave_image_search brave_news_search brave_summarizer
      brave_llm_context brave_place_search`,
      asks,
    ),
  },
  {
    id: '@modelcontextprotocol/server-brave-search',
    entry: 'dist/index.js',
    statefulPerAgent: false,
    tools: each('brave_web_search brave_local_search', asks),
  },
  {
    id: '@notionhq/notion-mcp-server',
    entry: 'bin/cli.mjs',
    statefulPerAgent: false,
    tools: {
      ...each(
        `API-get-user API-get-users API-get-self API-post-search API-get-block-children API-retrieve-a-block
        API-retrieve-a-page API-retrieve-a-page-property API-retrieve-a-comment API-query-data-source
        API-retrieve-a-data-source API-list-data-source-templates API-retrieve-a-database
        API-retrieve-page-markdown`,
        asks,
      ),
      ...each(
        `API-patch-block-children API-update-a-block API-delete-a-block API-patch-page API-post-page
        API-create-a-comment API-update-a-data-source API-create-a-data-source API-move-page
        API-update-page-markdown`,
        changesElsewhere,
      ),
    },
  },
];
