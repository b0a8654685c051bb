/**
 * The team of the demo. What the agents say is written here; what they report comes from the results of their
 * tool calls on the folder, so another folder gives another report. Under `wait` all answer before anybody votes,
 * which makes the course of the demo the same each time.
 */

/** How fast the agents speak: characters of a piece, and the pause before each in milliseconds. */
export interface DemoPace {
  readonly chunk: number;
  readonly delay_ms: number;
}

const readablePace: DemoPace = { chunk: 12, delay_ms: 15 };
const list = 'mcp__filesystem__list_directory';
const sizes = 'mcp__filesystem__list_directory_with_sizes';
const search = 'mcp__filesystem__search_files';
const read = 'mcp__filesystem__read_text_file';
const write = 'mcp__filesystem__write_file';

/** Not looked into when searching: other people's code and our own runs. */
const excludePatterns = ['**/node_modules/**', '**/.git/**', '**/massgen_logs/**', '**/dist/**'];

const surveyor = [
  {
    when: 'no_answers',
    steps: [
      { text: 'I list what the folder holds at its top.\n' },
      { tool: list, args: { path: '{{context}}' }, save: 'entries' },
      {
        tool: write,
        args: {
          path: '{{workspace}}/structure.md',
          content:
            '# Structure\n\nEntries at the top: {{entries | count}}, of them folders: {{entries | grep [DIR] | count}}.\n\n{{entries | lines}}\n',
        },
      },
      { text: 'Counted and written down.\n' },
      {
        new_answer: {
          content:
            'Entries at the top of the folder: {{entries | count}}, of them folders: {{entries | grep [DIR] | count}}, files: {{entries | grep [FILE] | count}}. The list is in structure.md.',
        },
      },
    ],
  },
  {
    when: 'has_answers',
    steps: [
      { text: 'I read what the others found.\n' },
      { tool: read, args: { path: '{{views.reader}}/documents.md' } },
      { tool: list, args: { path: '{{views.editor}}' } },
      { vote: { agent: 'editor', reason: 'It joins all our findings in one report.' } },
    ],
  },
];

const reader = [
  {
    when: 'no_answers',
    steps: [
      { text: 'I look for documents.\n' },
      { tool: search, args: { path: '{{context}}', pattern: '**/*.md', excludePatterns }, save: 'documents' },
      {
        tool: write,
        args: {
          path: '{{workspace}}/documents.md',
          content:
            '# Documents\n\nMarkdown files found by a search of the whole folder:\n\n{{documents | lines}}\n',
        },
      },
      {
        new_answer: {
          content:
            'A search for Markdown files below the folder found {{documents | grep / | count}}. The list, in documents.md, begins with: {{documents | first}}',
        },
      },
    ],
  },
  {
    when: 'has_answers',
    steps: [
      { text: 'I compare the answers and their files.\n' },
      { tool: read, args: { path: '{{views.surveyor}}/structure.md' } },
      { tool: list, args: { path: '{{views.editor}}' } },
      { vote: { agent: 'editor', reason: 'The most complete of the three.' } },
    ],
  },
];

const editor = [
  {
    when: 'no_answers',
    steps: [
      { text: 'I look at sizes, and leave the rest to the others.\n' },
      { tool: sizes, args: { path: '{{context}}', sortBy: 'size' }, save: 'bySize' },
      {
        tool: write,
        args: {
          path: '{{workspace}}/sizes.md',
          content: '# Sizes\n\nLargest first, as the file system reports them:\n\n{{bySize | lines}}\n',
        },
      },
      {
        new_answer: {
          content:
            'Files at the top: {{bySize | grep [FILE] | count}}. {{bySize | grep Combined size: | first}}. All sizes are in sizes.md; the largest file: {{bySize | grep [FILE] | first}}',
        },
      },
    ],
  },
  {
    when: 'has_answers',
    steps: [
      { text: 'Together these make a whole report. I read the files of the others and join them.\n' },
      { tool: read, args: { path: '{{views.surveyor}}/structure.md' }, save: 'structure' },
      { tool: read, args: { path: '{{views.reader}}/documents.md' }, save: 'found' },
      { tool: read, args: { path: '{{workspace}}/sizes.md' }, save: 'sizes' },
      {
        tool: write,
        args: {
          path: '{{workspace}}/report.md',
          content: 'Report on {{context}}\n\n{{structure}}\n{{found | head 22}}\n\n{{sizes | head 14}}\n',
        },
      },
      {
        new_answer: {
          content:
            'One report from the findings of all three, in report.md: structure ({{structure | count}} lines), documents ({{found | count}} lines), sizes ({{sizes | count}} lines).',
        },
      },
    ],
  },
  {
    when: 'has_answers',
    steps: [
      { tool: read, args: { path: '{{views.editor}}/report.md' } },
      { vote: { agent: 'self', reason: 'It holds what the other two found, checked against their files.' } },
    ],
  },
  {
    when: 'presenting',
    steps: [
      { tool: read, args: { path: '{{workspace}}/report.md' }, save: 'report' },
      { text: '{{report}}', chunk: 400 },
    ],
  },
];

/** The team as a config in its written form; `folder` is absolute. */
export function demoTeam(folder: string, pace: DemoPace = readablePace): unknown {
  const agent = (id: string, turns: unknown): unknown => ({
    id,
    backend: { type: 'script', turns, ...pace },
  });
  return {
    agents: [agent('surveyor', surveyor), agent('reader', reader), agent('editor', editor)],
    orchestrator: {
      context_paths: [{ path: folder, permission: 'read' }],
      coordination: { on_new_answer: 'wait' },
    },
    timeout_settings: { orchestrator_timeout_seconds: 120 },
  };
}
