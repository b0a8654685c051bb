/** Errors of the area "runs and coordination": codes MG1701 to MG1799. */
import type { ErrorDefinition } from './error-definition.ts';

export const runErrors = {
  noDecision: {
    code: 'MG1701',
    title: 'The agent ended three attempts without a decision',
    hint: 'A model that does not call tools reliably cannot take part; try another model for this agent.',
  },
  turnHardLimit: {
    code: 'MG1702',
    title: 'The turn took longer than its hard limit',
    hint: 'Raise timeout_settings.turn_hard_seconds, or give the agent a smaller task.',
  },
  presentationTimeout: {
    code: 'MG1703',
    title: 'The presentation took longer than its limit',
    hint: 'The stored answer is used. Raise timeout_settings.presentation_timeout_seconds for more time.',
  },
  presentationStopped: {
    code: 'MG1704',
    title: 'The presentation was stopped by the user',
    hint: 'The stored answer is used.',
  },
  presentationFailed: {
    code: 'MG1705',
    title: 'The presentation failed',
    hint: 'The stored answer is used; the cause stands beside this message.',
  },
  stopped: {
    code: 'MG1706',
    title: 'The run was stopped before any answer was given',
    hint: 'Take it up again with: massgen runs resume RUN',
    exitCode: 130,
  },
  allAgentsFailed: {
    code: 'MG1707',
    title: 'All agents failed',
    hint: 'The reason of each agent stands above and in its file under agent_outputs/. If it has passed, such as an outage: massgen runs resume RUN. If it is in the config, mend that and start a new run.',
    exitCode: 5,
  },
  limitWithoutAnswer: {
    code: 'MG1708',
    title: 'The time limit was reached before any answer was given',
    hint: 'Go on with more time: massgen runs resume RUN --orchestrator-timeout SECONDS',
    exitCode: 7,
  },
  agentCrashed: {
    code: 'MG1709',
    title: 'The agent failed',
    hint: 'The cause stands beside this message; the agent is tried again up to three times.',
  },
  notResumable: {
    code: 'MG1710',
    title: 'This run has ended; there is nothing to resume',
    hint: 'Its result is in its run directory: final/ and result.json.',
    exitCode: 2,
  },
  backendNotRunnable: {
    code: 'MG1711',
    title: 'This version cannot run that backend',
    hint: 'Backends that run: openai, claude, gemini, grok, azure_openai, chatcompletion, zai, lmstudio, ollama, vllm, script. The file itself is valid.',
    exitCode: 2,
  },
  runHeld: {
    code: 'MG1712',
    title: 'Another process is working on this run',
    hint: 'Wait for it to end, or stop it first.',
    exitCode: 2,
  },
  programChanged: {
    code: 'MG1713',
    title: 'The run cannot be taken up with what is stored of it',
    hint: 'Put the config back as it was when the run began. Its answers can be read in the run directory in any case.',
    exitCode: 2,
  },
  notYetHonoured: {
    code: 'MG1715',
    title: 'The config asks for something this version does not do',
    hint: 'The run goes on without it.',
    exitCode: 2,
  },
  contextPathUnusable: {
    code: 'MG1716',
    title: 'A context path cannot be given to the agents',
    hint: 'Name a file or folder that exists and that you may read, relative to the folder you start from.',
    exitCode: 2,
  },
  contextUnseen: {
    code: 'MG1717',
    title: 'No agent can see the context paths',
    hint: 'Give agents a workspace with "cwd"; the tools to read files come with it.',
  },
} as const satisfies Record<string, ErrorDefinition>;
