/** The backends that are whole agents of their own: Claude Code, and any agent that speaks ACP. */
import { z } from 'zod';
import { backendTypeLiteral, commonBackendFields } from './common-backend-fields.ts';
import { filledText, nameList } from './text-fields.ts';

export const claudeCodeBackendSchema = z.strictObject({
  type: backendTypeLiteral('claude_code'),
  model: filledText.optional().meta({
    description: "Model; Claude Code's own default if absent.",
    examples: ['claude-sonnet-4-20250514'],
  }),
  api_key: filledText.optional().meta({
    description: 'Key of Anthropic; ANTHROPIC_API_KEY or a Claude login if absent.',
    examples: ['${ANTHROPIC_API_KEY}'],
  }),
  permission_mode: z
    .enum(['default', 'acceptEdits', 'bypassPermissions', 'plan', 'dontAsk', 'auto'])
    .default('acceptEdits')
    .meta({ description: 'What Claude Code may do without asking.' }),
  disallowed_tools: nameList
    .default(['Bash(rm*)', 'Bash(sudo*)', 'Bash(su*)', 'Bash(chmod*)', 'Bash(chown*)'])
    .meta({ description: 'Tool rules Claude Code must refuse.' }),
  system_prompt: filledText.optional().meta({ description: "Replaces Claude Code's own system text." }),
  append_system_prompt: filledText.optional().meta({
    description: "Added to Claude Code's own system text; `system_message` of the agent is stronger.",
  }),
  max_thinking_tokens: z.int().min(1).optional().meta({ description: 'Budget for thinking in tokens.' }),
  max_turns: z
    .int()
    .min(1)
    .optional()
    .meta({ description: "Limit of Claude Code's own turns; none if absent." }),
  ...commonBackendFields,
});

export const acpBackendSchema = z.strictObject({
  type: backendTypeLiteral('acp'),
  command: z
    .union([filledText, z.array(filledText).min(1)])
    .meta({ description: 'Program to start, as one text or as a list.', examples: ['gemini --acp'] }),
  args: z.array(z.string()).default([]).meta({ description: 'Arguments of the program.' }),
  env: z
    .record(filledText, z.string())
    .default({})
    .meta({ description: 'Additional environment variables; `${NAME}` takes a value from yours.' }),
  ...commonBackendFields,
});
